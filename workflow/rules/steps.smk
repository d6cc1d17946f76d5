# Written by `snnlocality generate` from src/snnlocality/study: a change there, not here, lasts.


rule prepare:
    output:
        data="results/{study}/{task}/data.safetensors",
        record="results/{study}/{task}/prepare.record.json",
    log:
        "logs/results/{study}/{task}/prepare.log",
    benchmark:
        "logs/results/{study}/{task}/prepare.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=retried(4000),
        runtime=retried(30),
    params:
        **params_of("prepare"),
    message:
        "Prepare the data of a task: {wildcards.task}"
    shell:
        "snnlocality prepare --study {params.study} --task {wildcards.task} > {log} 2>&1"


rule train_at_activity:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        model="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
        milestones="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/milestones.safetensors",
        record="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_at_activity.record.json",
    log:
        "logs/results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_at_activity.log",
    benchmark:
        "logs/results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_at_activity.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(60),
    params:
        **params_of("train_at_activity"),
    message:
        "Train one run, with its hidden layers pulled to one firing rate: fires {wildcards.firing_rate} "
        "{wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality train-at-activity --study {params.study} --firing_rate {wildcards.firing_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule evaluate_at_activity:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
    output:
        metrics="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/metrics.json",
        right="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_at_activity.record.json",
    log:
        "logs/results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_at_activity.log",
    benchmark:
        "logs/results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_at_activity.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(5),
    params:
        **params_of("evaluate_at_activity"),
    message:
        "Evaluate a trained run on the test part, its hidden layers pulled to one firing rate: fires "
        "{wildcards.firing_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} "
        "seed {wildcards.seed}"
    shell:
        "snnlocality evaluate-at-activity --study {params.study} --firing_rate {wildcards.firing_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule fgsm_at_activity:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        accuracies="results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_at_activity.record.json",
    log:
        "logs/results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_at_activity.log",
    benchmark:
        "logs/results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_at_activity.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("fgsm_at_activity"),
    message:
        "Attack a trained run on the test part, its hidden layers pulled to one firing rate: fires "
        "{wildcards.firing_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} "
        "seed {wildcards.seed}"
    shell:
        "snnlocality fgsm-at-activity --study {params.study} --firing_rate {wildcards.firing_rate} --task "
        "{wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} --seed "
        "{wildcards.seed} --threads {threads} > {log} 2>&1"


rule descend_at_activity:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/activity/fires{firing_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        right="results/{study}/activity/fires{firing_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
    output:
        accuracies="results/{study}/activity/fires{firing_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/activity/fires{firing_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/activity/fires{firing_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_at_activity.record.json",
    log:
        "logs/results/{study}/activity/fires{firing_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_at_activity.log",
    benchmark:
        "logs/results/{study}/activity/fires{firing_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_at_activity.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(60),
    params:
        **params_of("descend_at_activity"),
    message:
        "Attack a run by white-box descents of several kinds, on what withstood all attacks of Table 3, "
        "its hidden layers pulled to one firing rate: fires {wildcards.firing_rate} {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality descend-at-activity --study {params.study} --firing_rate {wildcards.firing_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule backdoor:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        metrics="results/{study}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/metrics.json",
        model="results/{study}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/model.safetensors",
        record="results/{study}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor.record.json",
    log:
        "logs/results/{study}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor.log",
    benchmark:
        "logs/results/{study}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor.benchmark.tsv"
    group:
        "poisoned"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(3000),
        runtime=retried(30),
    params:
        **params_of("backdoor"),
    message:
        "Train on poisoned data and test with and without the trigger: {wildcards.task} {wildcards.rule} "
        "{wildcards.arch} {wildcards.trigger} rate {wildcards.rate} pair {wildcards.pair}"
    shell:
        "snnlocality backdoor --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --trigger {wildcards.trigger} --rate {wildcards.rate} --pair "
        "{wildcards.pair} --threads {threads} > {log} 2>&1"


rule baseline:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        accuracies="results/{study}/{task}/baseline.csv",
        record="results/{study}/{task}/baseline.record.json",
    log:
        "logs/results/{study}/{task}/baseline.log",
    benchmark:
        "logs/results/{study}/{task}/baseline.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=retried(4000),
        runtime=retried(15),
    params:
        **params_of("baseline"),
    message:
        "Train a logistic regression on the same data, as the bar for every network: {wildcards.task}"
    shell:
        "snnlocality baseline --study {params.study} --task {wildcards.task} > {log} 2>&1"


rule train:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
        milestones="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/milestones.safetensors",
        record="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train.record.json",
    log:
        "logs/results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train.log",
    benchmark:
        "logs/results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(30),
    params:
        **params_of("train"),
    message:
        "Train one run: {wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed "
        "{wildcards.seed}"
    shell:
        "snnlocality train --study {params.study} --task {wildcards.task} --rule {wildcards.rule} --arch "
        "{wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} "
        "2>&1"


rule ceiling:
    input:
        data="results/{study}/{task}/data.safetensors",
        models=input_of("ceiling", "models"),
    output:
        cka="results/{study}/ceiling/{task}/{rule}/{arch}/fold{fold}/cka.csv",
        record="results/{study}/ceiling/{task}/{rule}/{arch}/fold{fold}/ceiling.record.json",
    log:
        "logs/results/{study}/ceiling/{task}/{rule}/{arch}/fold{fold}/ceiling.log",
    benchmark:
        "logs/results/{study}/ceiling/{task}/{rule}/{arch}/fold{fold}/ceiling.benchmark.tsv"
    group:
        "compared"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(10),
    params:
        **params_of("ceiling"),
    message:
        "Compare the representations of a cell's networks, each with that of the next seed (CKA): "
        "{wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold}"
    shell:
        "snnlocality ceiling --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --threads {threads} > {log} 2>&1"


rule convert:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        accuracies="results/{study}/conversion/{task}/fold{fold}/seed{seed}/accuracies.csv",
        relu="results/{study}/conversion/{task}/fold{fold}/seed{seed}/relu.safetensors",
        record="results/{study}/conversion/{task}/fold{fold}/seed{seed}/convert.record.json",
    log:
        "logs/results/{study}/conversion/{task}/fold{fold}/seed{seed}/convert.log",
    benchmark:
        "logs/results/{study}/conversion/{task}/fold{fold}/seed{seed}/convert.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(4000),
        runtime=retried(30),
    params:
        **params_of("convert"),
    message:
        "Train a ReLU network, convert it to spiking ones, and measure these over time: {wildcards.task} "
        "fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality convert --study {params.study} --task {wildcards.task} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule cka:
    input:
        data="results/{study}/{task}/data.safetensors",
        relu="results/{study}/conversion/{task}/fold{fold}/seed{seed}/relu.safetensors",
        models=input_of("cka", "models"),
    output:
        cka="results/{study}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka.csv",
        record="results/{study}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka.record.json",
    log:
        "logs/results/{study}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka.log",
    benchmark:
        "logs/results/{study}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka.benchmark.tsv"
    group:
        "compared"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(10),
    params:
        **params_of("cka"),
    message:
        "Compare the representations of all methods' networks of one seed (CKA): {wildcards.task} "
        "{wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality cka --study {params.study} --task {wildcards.task} --arch {wildcards.arch} --fold "
        "{wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule evaluate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
    output:
        metrics="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/metrics.json",
        right="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate.record.json",
    log:
        "logs/results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate.log",
    benchmark:
        "logs/results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(5),
    params:
        **params_of("evaluate"),
    message:
        "Evaluate a trained run on the test part: {wildcards.task} {wildcards.rule} {wildcards.arch} fold "
        "{wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality evaluate --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > "
        "{log} 2>&1"


rule collect:
    input:
        metrics=input_of("collect", "metrics"),
    output:
        runs="results/{study}/{task}/{rule}/runs.csv",
        record="results/{study}/{task}/{rule}/collect.record.json",
    log:
        "logs/results/{study}/{task}/{rule}/collect.log",
    benchmark:
        "logs/results/{study}/{task}/{rule}/collect.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("collect"),
    message:
        "Collect the metrics of all runs of a rule into one table: {wildcards.task} {wildcards.rule}"
    shell:
        "snnlocality collect --study {params.study} --task {wildcards.task} --rule {wildcards.rule} > "
        "{log} 2>&1"


rule corrupt:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        accuracies="results/{study}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        record="results/{study}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt.record.json",
    log:
        "logs/results/{study}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt.log",
    benchmark:
        "logs/results/{study}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(20),
    params:
        **params_of("corrupt"),
    message:
        "Test a run on recordings with events added, missing, or moved in time: {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality corrupt --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > "
        "{log} 2>&1"


rule fgsm:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        accuracies="results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm.record.json",
    log:
        "logs/results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm.log",
    benchmark:
        "logs/results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("fgsm"),
    message:
        "Attack a trained run on the test part: {wildcards.task} {wildcards.rule} {wildcards.arch} fold "
        "{wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality fgsm --study {params.study} --task {wildcards.task} --rule {wildcards.rule} --arch "
        "{wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} "
        "2>&1"


rule descend:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        right="results/{study}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
    output:
        accuracies="results/{study}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend.record.json",
    log:
        "logs/results/{study}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend.log",
    benchmark:
        "logs/results/{study}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(60),
    params:
        **params_of("descend"),
    message:
        "Attack a run by white-box descents of several kinds, on what withstood all attacks of Table 3: "
        "{wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality descend --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > "
        "{log} 2>&1"


rule train_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
        milestones="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/milestones.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/train_equal_rate.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(30),
    params:
        **params_of("train_equal_rate"),
    message:
        "Train one run, with all cells at one learning rate: lr {wildcards.learning_rate} "
        "{wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality train-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule evaluate_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        curve="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/curve.csv",
    output:
        metrics="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/metrics.json",
        right="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/evaluate_equal_rate.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(5),
    params:
        **params_of("evaluate_equal_rate"),
    message:
        "Evaluate a trained run on the test part, with all cells at one learning rate: lr "
        "{wildcards.learning_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} fold "
        "{wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality evaluate-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule collect_equal_rate:
    input:
        metrics=input_of("collect_equal_rate", "metrics"),
    output:
        runs="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/runs.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/collect_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/collect_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/collect_equal_rate.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("collect_equal_rate"),
    message:
        "Collect the metrics of all runs of a rule into one table, with all cells at one learning rate: "
        "lr {wildcards.learning_rate} {wildcards.task} {wildcards.rule}"
    shell:
        "snnlocality collect-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} > {log} 2>&1"


rule fgsm_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        accuracies="results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fgsm_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("fgsm_equal_rate"),
    message:
        "Attack a trained run on the test part, with all cells at one learning rate: lr "
        "{wildcards.learning_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} fold "
        "{wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality fgsm-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule transfer_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        models=input_of("transfer_equal_rate", "models"),
        sources=input_of("transfer_equal_rate", "sources"),
        relu=input_of("transfer_equal_rate", "relu"),
    output:
        accuracies="results/{study}/equal_rate/lr{learning_rate}/transfer/{task}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/equal_rate/lr{learning_rate}/transfer/{task}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/transfer/{task}/fold{fold}/seed{seed}/transfer_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/transfer/{task}/fold{fold}/seed{seed}/transfer_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/transfer/{task}/fold{fold}/seed{seed}/transfer_equal_rate.benchmark.tsv"
    group:
        "compared"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("transfer_equal_rate"),
    message:
        "Attack one seed's networks by what fools a ReLU network, and networks of another seed, with all "
        "cells at one learning rate: lr {wildcards.learning_rate} {wildcards.task} fold {wildcards.fold} "
        "seed {wildcards.seed}"
    shell:
        "snnlocality transfer-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > "
        "{log} 2>&1"


rule descend_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        right="results/{study}/equal_rate/lr{learning_rate}/fgsm/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
    output:
        accuracies="results/{study}/equal_rate/lr{learning_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/equal_rate/lr{learning_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/descend/{task}/{rule}/{arch}/fold{fold}/seed{seed}/descend_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(60),
    params:
        **params_of("descend_equal_rate"),
    message:
        "Attack a run by white-box descents of several kinds, on what withstood all attacks of Table 3, "
        "with all cells at one learning rate: lr {wildcards.learning_rate} {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality descend-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule corrupt_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        accuracies="results/{study}/equal_rate/lr{learning_rate}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/accuracies.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/corrupt/{task}/{rule}/{arch}/fold{fold}/seed{seed}/corrupt_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(20),
    params:
        **params_of("corrupt_equal_rate"),
    message:
        "Test a run on recordings with events added, missing, or moved in time, with all cells at one "
        "learning rate: lr {wildcards.learning_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} "
        "fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality corrupt-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule shift_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        cka="results/{study}/equal_rate/lr{learning_rate}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/cka.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("shift_equal_rate"),
    message:
        "Compare a run's representations of clean and of attacked samples (CKA), with all cells at one "
        "learning rate: lr {wildcards.learning_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} "
        "fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality shift-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule cka_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        relu="results/{study}/conversion/{task}/fold{fold}/seed{seed}/relu.safetensors",
        models=input_of("cka_equal_rate", "models"),
    output:
        cka="results/{study}/equal_rate/lr{learning_rate}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/cka/{task}/{arch}/fold{fold}/seed{seed}/cka_equal_rate.benchmark.tsv"
    group:
        "compared"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(10),
    params:
        **params_of("cka_equal_rate"),
    message:
        "Compare the representations of all methods' networks of one seed (CKA), with all cells at one "
        "learning rate: lr {wildcards.learning_rate} {wildcards.task} {wildcards.arch} fold "
        "{wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality cka-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} "
        "--threads {threads} > {log} 2>&1"


rule fisher_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        milestones="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/milestones.safetensors",
    output:
        traces="results/{study}/equal_rate/lr{learning_rate}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("fisher_equal_rate"),
    message:
        "Measure the Fisher information in a run's weights, also along its training, with all cells at "
        "one learning rate: lr {wildcards.learning_rate} {wildcards.task} {wildcards.rule} "
        "{wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality fisher-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule true_fisher_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/equal_rate/lr{learning_rate}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        traces="results/{study}/equal_rate/lr{learning_rate}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.csv",
        record="results/{study}/equal_rate/lr{learning_rate}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher_equal_rate.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(20),
    params:
        **params_of("true_fisher_equal_rate"),
    message:
        "Measure the Fisher information in a run's weights with labels drawn from its own predictions, "
        "with all cells at one learning rate: lr {wildcards.learning_rate} {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality true-fisher-equal-rate --study {params.study} --learning_rate "
        "{wildcards.learning_rate} --task {wildcards.task} --rule {wildcards.rule} --arch "
        "{wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} "
        "2>&1"


rule backdoor_equal_rate:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        metrics="results/{study}/equal_rate/lr{learning_rate}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/metrics.json",
        model="results/{study}/equal_rate/lr{learning_rate}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/model.safetensors",
        record="results/{study}/equal_rate/lr{learning_rate}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor_equal_rate.record.json",
    log:
        "logs/results/{study}/equal_rate/lr{learning_rate}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor_equal_rate.log",
    benchmark:
        "logs/results/{study}/equal_rate/lr{learning_rate}/backdoor/{task}/{rule}/{arch}/{trigger}/rate{rate}/pair{pair}/backdoor_equal_rate.benchmark.tsv"
    group:
        "poisoned"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(3000),
        runtime=retried(30),
    params:
        **params_of("backdoor_equal_rate"),
    message:
        "Train on poisoned data and test with and without the trigger, with all cells at one learning "
        "rate: lr {wildcards.learning_rate} {wildcards.task} {wildcards.rule} {wildcards.arch} "
        "{wildcards.trigger} rate {wildcards.rate} pair {wildcards.pair}"
    shell:
        "snnlocality backdoor-equal-rate --study {params.study} --learning_rate {wildcards.learning_rate} "
        "--task {wildcards.task} --rule {wildcards.rule} --arch {wildcards.arch} --trigger "
        "{wildcards.trigger} --rate {wildcards.rate} --pair {wildcards.pair} --threads {threads} > {log} "
        "2>&1"


rule fisher:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
        milestones="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/milestones.safetensors",
    output:
        traces="results/{study}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.csv",
        record="results/{study}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.record.json",
    log:
        "logs/results/{study}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.log",
    benchmark:
        "logs/results/{study}/fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("fisher"),
    message:
        "Measure the Fisher information in a run's weights, also along its training: {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality fisher --study {params.study} --task {wildcards.task} --rule {wildcards.rule} --arch "
        "{wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} "
        "2>&1"


rule search_cell:
    input:
        data="results/{study}/{task}/data.safetensors",
    output:
        trials="results/{study}/search/{task}/{rule}/{arch}/trials.csv",
        record="results/{study}/search/{task}/{rule}/{arch}/search_cell.record.json",
    log:
        "logs/results/{study}/search/{task}/{rule}/{arch}/search_cell.log",
    benchmark:
        "logs/results/{study}/search/{task}/{rule}/{arch}/search_cell.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(120),
    params:
        **params_of("search_cell"),
    message:
        "Search the hyper-parameters of one cell on validation data: {wildcards.task} {wildcards.rule} "
        "{wildcards.arch}"
    shell:
        "snnlocality search-cell --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --threads {threads} > {log} 2>&1"


rule shift:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        cka="results/{study}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/cka.csv",
        record="results/{study}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift.record.json",
    log:
        "logs/results/{study}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift.log",
    benchmark:
        "logs/results/{study}/shift/{task}/{rule}/{arch}/fold{fold}/seed{seed}/shift.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("shift"),
    message:
        "Compare a run's representations of clean and of attacked samples (CKA): {wildcards.task} "
        "{wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality shift --study {params.study} --task {wildcards.task} --rule {wildcards.rule} --arch "
        "{wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > {log} "
        "2>&1"


rule transfer:
    input:
        data="results/{study}/{task}/data.safetensors",
        models=input_of("transfer", "models"),
        sources=input_of("transfer", "sources"),
        relu=input_of("transfer", "relu"),
    output:
        accuracies="results/{study}/transfer/{task}/fold{fold}/seed{seed}/accuracies.csv",
        right="results/{study}/transfer/{task}/fold{fold}/seed{seed}/right.safetensors",
        record="results/{study}/transfer/{task}/fold{fold}/seed{seed}/transfer.record.json",
    log:
        "logs/results/{study}/transfer/{task}/fold{fold}/seed{seed}/transfer.log",
    benchmark:
        "logs/results/{study}/transfer/{task}/fold{fold}/seed{seed}/transfer.benchmark.tsv"
    group:
        "compared"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(40),
    params:
        **params_of("transfer"),
    message:
        "Attack one seed's networks by what fools a ReLU network, and networks of another seed: "
        "{wildcards.task} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality transfer --study {params.study} --task {wildcards.task} --fold {wildcards.fold} "
        "--seed {wildcards.seed} --threads {threads} > {log} 2>&1"


rule true_fisher:
    input:
        data="results/{study}/{task}/data.safetensors",
        model="results/{study}/{task}/{rule}/{arch}/fold{fold}/seed{seed}/model.safetensors",
    output:
        traces="results/{study}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/fisher.csv",
        record="results/{study}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher.record.json",
    log:
        "logs/results/{study}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher.log",
    benchmark:
        "logs/results/{study}/true_fisher/{task}/{rule}/{arch}/fold{fold}/seed{seed}/true_fisher.benchmark.tsv"
    group:
        "measured"
    conda:
        ENVIRONMENT
    threads: RUN_THREADS
    resources:
        mem_mb=retried(2000),
        runtime=retried(20),
    params:
        **params_of("true_fisher"),
    message:
        "Measure the Fisher information in a run's weights with labels drawn from its own predictions: "
        "{wildcards.task} {wildcards.rule} {wildcards.arch} fold {wildcards.fold} seed {wildcards.seed}"
    shell:
        "snnlocality true-fisher --study {params.study} --task {wildcards.task} --rule {wildcards.rule} "
        "--arch {wildcards.arch} --fold {wildcards.fold} --seed {wildcards.seed} --threads {threads} > "
        "{log} 2>&1"


rule tutorial:
    input:
        unpack(inputs_of("tutorial")),
    output:
        found="results/{study}/tutorial/{experiment}/found.csv",
        record="results/{study}/tutorial/{experiment}/tutorial.record.json",
    log:
        "logs/results/{study}/tutorial/{experiment}/tutorial.log",
    benchmark:
        "logs/results/{study}/tutorial/{experiment}/tutorial.benchmark.tsv"
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=retried(3000),
        runtime=retried(60),
    params:
        **params_of("tutorial"),
    message:
        "Run one of the tutorial's experiments, which train small networks of their own: "
        "{wildcards.experiment}"
    shell:
        "snnlocality tutorial --study {params.study} --experiment {wildcards.experiment} --threads "
        "{threads} > {log} 2>&1"
