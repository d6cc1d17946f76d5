# Written by `snnlocality generate` from src/snnlocality/study: a change there, not here, lasts.


rule table1:
    input:
        published_table1="published/table1.csv",
    output:
        table="reports/table1.csv",
        text="reports/table1.md",
        page=report(
            "reports/table1.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "table1"},
        ),
        record="reports/table1.record.json",
    log:
        "logs/reports/table1.log",
    benchmark:
        "logs/reports/table1.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("table1"),
    message:
        "Render Table 1: Earlier work that the paper collects"
    shell:
        "snnlocality table1 --study {params.study} > {log} 2>&1"


rule figure1:
    output:
        figure=report(
            "reports/figure1.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure1"},
        ),
        table="reports/figure1.csv",
        record="reports/figure1.record.json",
    log:
        "logs/reports/figure1.log",
    benchmark:
        "logs/reports/figure1.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("figure1"),
    message:
        "Render Figure 1: The methods, by their locality in space and in time"
    shell:
        "snnlocality figure1 --study {params.study} > {log} 2>&1"


rule table2:
    input:
        runs=input_of("table2", "runs"),
        data=input_of("table2", "data"),
        baselines=input_of("table2", "baselines"),
        published_table2="published/table2.csv",
    output:
        table="reports/table2.csv",
        text="reports/table2.md",
        page=report(
            "reports/table2.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "table2"},
        ),
        metrics="reports/metrics.json",
        record="reports/table2.record.json",
    log:
        "logs/reports/table2.log",
    benchmark:
        "logs/reports/table2.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("table2"),
    message:
        "Render Table 2: Accuracy"
    shell:
        "snnlocality table2 --study {params.study} > {log} 2>&1"


rule curves:
    input:
        curves=input_of("curves", "curves"),
    output:
        figure=report(
            "reports/curves.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "curves"},
        ),
        table="reports/curves.csv",
        record="reports/curves.record.json",
    log:
        "logs/reports/curves.log",
    benchmark:
        "logs/reports/curves.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("curves"),
    message:
        "Render Curves: Training curves"
    shell:
        "snnlocality curves --study {params.study} > {log} 2>&1"


rule figure2:
    input:
        cka=input_of("figure2", "cka"),
        ceilings=input_of("figure2", "ceilings"),
        data=input_of("figure2", "data"),
    output:
        figure=report(
            "reports/figure2.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure2"},
        ),
        table="reports/figure2.csv",
        record="reports/figure2.record.json",
    log:
        "logs/reports/figure2.log",
    benchmark:
        "logs/reports/figure2.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("figure2"),
    message:
        "Render Figure 2: How alike the methods represent the same samples"
    shell:
        "snnlocality figure2 --study {params.study} > {log} 2>&1"


rule conversion:
    input:
        accuracies=input_of("conversion", "accuracies"),
        data=input_of("conversion", "data"),
    output:
        figure=report(
            "reports/conversion.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "conversion"},
        ),
        table="reports/conversion.csv",
        record="reports/conversion.record.json",
    log:
        "logs/reports/conversion.log",
    benchmark:
        "logs/reports/conversion.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("conversion"),
    message:
        "Render Conversion: Converted networks over time"
    shell:
        "snnlocality conversion --study {params.study} > {log} 2>&1"


rule table3:
    input:
        accuracies=input_of("table3", "accuracies"),
        data=input_of("table3", "data"),
        published_table3="published/table3.csv",
    output:
        table="reports/table3.csv",
        text="reports/table3.md",
        page=report(
            "reports/table3.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "table3"},
        ),
        record="reports/table3.record.json",
    log:
        "logs/reports/table3.log",
    benchmark:
        "logs/reports/table3.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("table3"),
    message:
        "Render Table 3: Accuracy under FGSM"
    shell:
        "snnlocality table3 --study {params.study} > {log} 2>&1"


rule learning_rates:
    input:
        own=input_of("learning_rates", "own"),
        equal=input_of("learning_rates", "equal"),
        data=input_of("learning_rates", "data"),
    output:
        table="reports/learning_rates.csv",
        text="reports/learning_rates.md",
        page=report(
            "reports/learning_rates.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "learning_rates"},
        ),
        record="reports/learning_rates.record.json",
    log:
        "logs/reports/learning_rates.log",
    benchmark:
        "logs/reports/learning_rates.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("learning_rates"),
    message:
        "Render Learning rates: Accuracy and robustness at equal learning rates"
    shell:
        "snnlocality learning-rates --study {params.study} > {log} 2>&1"


rule robust:
    input:
        fgsm=input_of("robust", "fgsm"),
        transfer=input_of("robust", "transfer"),
        sources=input_of("robust", "sources"),
        descend=input_of("robust", "descend"),
        fgsm_equal=input_of("robust", "fgsm_equal"),
        transfer_equal=input_of("robust", "transfer_equal"),
        sources_equal=input_of("robust", "sources_equal"),
        descend_equal=input_of("robust", "descend_equal"),
        data=input_of("robust", "data"),
    output:
        table="reports/robust.csv",
        text="reports/robust.md",
        page=report(
            "reports/robust.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "robust"},
        ),
        record="reports/robust.record.json",
    log:
        "logs/reports/robust.log",
    benchmark:
        "logs/reports/robust.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("robust"),
    message:
        "Render Worst case: What withstands every attack"
    shell:
        "snnlocality robust --study {params.study} > {log} 2>&1"


rule corruptions:
    input:
        own=input_of("corruptions", "own"),
        equal=input_of("corruptions", "equal"),
        data=input_of("corruptions", "data"),
    output:
        figure=report(
            "reports/corruptions.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "corruptions"},
        ),
        table="reports/corruptions.csv",
        record="reports/corruptions.record.json",
    log:
        "logs/reports/corruptions.log",
    benchmark:
        "logs/reports/corruptions.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("corruptions"),
    message:
        "Render Corruptions: Accuracy on corrupted recordings"
    shell:
        "snnlocality corruptions --study {params.study} > {log} 2>&1"


rule activity:
    input:
        metrics=input_of("activity", "metrics"),
        descend=input_of("activity", "descend"),
        data=input_of("activity", "data"),
    output:
        figure=report(
            "reports/activity.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "activity"},
        ),
        table="reports/activity.csv",
        record="reports/activity.record.json",
    log:
        "logs/reports/activity.log",
    benchmark:
        "logs/reports/activity.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("activity"),
    message:
        "Render Firing rates: Robustness at chosen firing rates"
    shell:
        "snnlocality activity --study {params.study} > {log} 2>&1"


rule table4:
    input:
        poisoned=input_of("table4", "poisoned"),
        runs=input_of("table4", "runs"),
        data=input_of("table4", "data"),
        published_table4="published/table4.csv",
        published_table2="published/table2.csv",
    output:
        table="reports/table4.csv",
        text="reports/table4.md",
        page=report(
            "reports/table4.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "table4"},
        ),
        record="reports/table4.record.json",
    log:
        "logs/reports/table4.log",
    benchmark:
        "logs/reports/table4.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("table4"),
    message:
        "Render Table 4: Poisoned training data"
    shell:
        "snnlocality table4 --study {params.study} > {log} 2>&1"


rule figure3:
    input:
        shift=input_of("figure3", "shift"),
        attacked=input_of("figure3", "attacked"),
        data=input_of("figure3", "data"),
    output:
        figure=report(
            "reports/figure3.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure3"},
        ),
        table="reports/figure3.csv",
        association_figure=report(
            "reports/figure3_association.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure3_association"},
        ),
        association_table="reports/figure3_association.csv",
        record="reports/figure3.record.json",
    log:
        "logs/reports/figure3.log",
    benchmark:
        "logs/reports/figure3.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("figure3"),
    message:
        "Render Figure 3: How far attacks move representations"
    shell:
        "snnlocality figure3 --study {params.study} > {log} 2>&1"


rule figure4:
    input:
        traces=input_of("figure4", "traces"),
        data=input_of("figure4", "data"),
    output:
        figure=report(
            "reports/figure4.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure4"},
        ),
        table="reports/figure4.csv",
        over_time=report(
            "reports/figure4_over_time.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure4_over_time"},
        ),
        record="reports/figure4.record.json",
    log:
        "logs/reports/figure4.log",
    benchmark:
        "logs/reports/figure4.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("figure4"),
    message:
        "Render Figure 4: Fisher information in the weights"
    shell:
        "snnlocality figure4 --study {params.study} > {log} 2>&1"


rule empirical_fisher:
    input:
        own=input_of("empirical_fisher", "own"),
        equal=input_of("empirical_fisher", "equal"),
        data=input_of("empirical_fisher", "data"),
    output:
        table="reports/empirical_fisher.csv",
        text="reports/empirical_fisher.md",
        page=report(
            "reports/empirical_fisher.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "empirical_fisher"},
        ),
        record="reports/empirical_fisher.record.json",
    log:
        "logs/reports/empirical_fisher.log",
    benchmark:
        "logs/reports/empirical_fisher.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("empirical_fisher"),
    message:
        "Render Empirical and true: True Fisher information beside the empirical"
    shell:
        "snnlocality empirical-fisher --study {params.study} > {log} 2>&1"


rule spectrum:
    input:
        runs=input_of("spectrum", "runs"),
        attacked=input_of("spectrum", "attacked"),
        poisoned=input_of("spectrum", "poisoned"),
        cka=input_of("spectrum", "cka"),
        data=input_of("spectrum", "data"),
    output:
        figure=report(
            "reports/spectrum.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "spectrum"},
        ),
        table="reports/spectrum.csv",
        record="reports/spectrum.record.json",
    log:
        "logs/reports/spectrum.log",
    benchmark:
        "logs/reports/spectrum.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("spectrum"),
    message:
        "Render Spectrum: The study's rules from global to local"
    shell:
        "snnlocality spectrum --study {params.study} > {log} 2>&1"


rule cuts:
    input:
        own=input_of("cuts", "own"),
        equal=input_of("cuts", "equal"),
        data=input_of("cuts", "data"),
        runs=input_of("cuts", "runs"),
        runs_equal=input_of("cuts", "runs_equal"),
    output:
        table="reports/cuts.csv",
        text="reports/cuts.md",
        page=report(
            "reports/cuts.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "cuts"},
        ),
        record="reports/cuts.record.json",
    log:
        "logs/reports/cuts.log",
    benchmark:
        "logs/reports/cuts.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("cuts"),
    message:
        "Render Cuts: What each cut costs"
    shell:
        "snnlocality cuts --study {params.study} > {log} 2>&1"


rule tutorial_figure1:
    input:
        unpack(inputs_of("tutorial_figure1")),
    output:
        figure=report(
            "reports/tutorial/figure1.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure1"},
        ),
        table="reports/tutorial/figure1.csv",
        record="reports/tutorial/tutorial_figure1.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure1.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure1.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure1"),
    message:
        "Render the tutorial's Figure 1: A leaky integrate-and-fire neuron"
    shell:
        "snnlocality tutorial_figure1 --study {params.study} > {log} 2>&1"


rule tutorial_figure2:
    input:
        unpack(inputs_of("tutorial_figure2")),
    output:
        figure=report(
            "reports/tutorial/figure2.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure2"},
        ),
        table="reports/tutorial/figure2.csv",
        record="reports/tutorial/tutorial_figure2.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure2.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure2.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure2"),
    message:
        "Render the tutorial's Figure 2: The unrolled graph"
    shell:
        "snnlocality tutorial_figure2 --study {params.study} > {log} 2>&1"


rule tutorial_figure3:
    input:
        unpack(inputs_of("tutorial_figure3")),
    output:
        figure=report(
            "reports/tutorial/figure3.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure3"},
        ),
        table="reports/tutorial/figure3.csv",
        record="reports/tutorial/tutorial_figure3.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure3.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure3.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure3"),
    message:
        "Render the tutorial's Figure 3: Surrogate derivatives"
    shell:
        "snnlocality tutorial_figure3 --study {params.study} > {log} 2>&1"


rule tutorial_figure4:
    input:
        unpack(inputs_of("tutorial_figure4")),
    output:
        figure=report(
            "reports/tutorial/figure4.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure4"},
        ),
        table="reports/tutorial/figure4.csv",
        record="reports/tutorial/tutorial_figure4.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure4.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure4.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure4"),
    message:
        "Render the tutorial's Figure 4: Loss and gradients along the way of training"
    shell:
        "snnlocality tutorial_figure4 --study {params.study} > {log} 2>&1"


rule tutorial_figure5:
    input:
        unpack(inputs_of("tutorial_figure5")),
    output:
        figure=report(
            "reports/tutorial/figure5.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure5"},
        ),
        table="reports/tutorial/figure5.csv",
        record="reports/tutorial/tutorial_figure5.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure5.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure5.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure5"),
    message:
        "Render the tutorial's Figure 5: The ways of errors"
    shell:
        "snnlocality tutorial_figure5 --study {params.study} > {log} 2>&1"


rule tutorial_figure6:
    input:
        unpack(inputs_of("tutorial_figure6")),
    output:
        figure=report(
            "reports/tutorial/figure6.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure6"},
        ),
        table="reports/tutorial/figure6.csv",
        record="reports/tutorial/tutorial_figure6.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure6.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure6.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure6"),
    message:
        "Render the tutorial's Figure 6: Local errors in a convolutional network"
    shell:
        "snnlocality tutorial_figure6 --study {params.study} > {log} 2>&1"


rule tutorial_figure7:
    input:
        unpack(inputs_of("tutorial_figure7")),
    output:
        figure=report(
            "reports/tutorial/figure7.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "figure7"},
        ),
        table="reports/tutorial/figure7.csv",
        record="reports/tutorial/tutorial_figure7.record.json",
    log:
        "logs/reports/tutorial/tutorial_figure7.log",
    benchmark:
        "logs/reports/tutorial/tutorial_figure7.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_figure7"),
    message:
        "Render the tutorial's Figure 7: Temporal exclusive or"
    shell:
        "snnlocality tutorial_figure7 --study {params.study} > {log} 2>&1"


rule tutorial_superspike:
    input:
        unpack(inputs_of("tutorial_superspike")),
    output:
        figure=report(
            "reports/tutorial/superspike.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "superspike"},
        ),
        table="reports/tutorial/superspike.csv",
        record="reports/tutorial/tutorial_superspike.record.json",
    log:
        "logs/reports/tutorial/tutorial_superspike.log",
    benchmark:
        "logs/reports/tutorial/tutorial_superspike.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_superspike"),
    message:
        "Render the tutorial's SuperSpike: A pattern of spikes in answer to noise"
    shell:
        "snnlocality tutorial_superspike --study {params.study} > {log} 2>&1"


rule tutorial_smoothed:
    input:
        unpack(inputs_of("tutorial_smoothed")),
    output:
        figure=report(
            "reports/tutorial/smoothed.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "smoothed"},
        ),
        table="reports/tutorial/smoothed.csv",
        record="reports/tutorial/tutorial_smoothed.record.json",
    log:
        "logs/reports/tutorial/tutorial_smoothed.log",
    benchmark:
        "logs/reports/tutorial/tutorial_smoothed.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_smoothed"),
    message:
        "Render the tutorial's Smoothed models: Soft threshold, escape noise, rate coding"
    shell:
        "snnlocality tutorial_smoothed --study {params.study} > {log} 2>&1"


rule tutorial_exactness:
    input:
        unpack(inputs_of("tutorial_exactness")),
    output:
        figure=report(
            "reports/tutorial/exactness.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "exactness"},
        ),
        table="reports/tutorial/exactness.csv",
        record="reports/tutorial/tutorial_exactness.record.json",
    log:
        "logs/reports/tutorial/tutorial_exactness.log",
    benchmark:
        "logs/reports/tutorial/tutorial_exactness.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_exactness"),
    message:
        "Render the tutorial's Gradients: Each rule's gradient beside BPTT's"
    shell:
        "snnlocality tutorial_exactness --study {params.study} > {log} 2>&1"


rule tutorial_surrogates:
    input:
        unpack(inputs_of("tutorial_surrogates")),
    output:
        figure=report(
            "reports/tutorial/surrogates.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "surrogates"},
        ),
        table="reports/tutorial/surrogates.csv",
        record="reports/tutorial/tutorial_surrogates.record.json",
    log:
        "logs/reports/tutorial/tutorial_surrogates.log",
    benchmark:
        "logs/reports/tutorial/tutorial_surrogates.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_surrogates"),
    message:
        "Render the tutorial's Surrogates: Does the shape of the derivative matter?"
    shell:
        "snnlocality tutorial_surrogates --study {params.study} > {log} 2>&1"


rule tutorial_adaptation:
    input:
        unpack(inputs_of("tutorial_adaptation")),
    output:
        figure=report(
            "reports/tutorial/adaptation.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "adaptation"},
        ),
        table="reports/tutorial/adaptation.csv",
        record="reports/tutorial/tutorial_adaptation.record.json",
    log:
        "logs/reports/tutorial/tutorial_adaptation.log",
    benchmark:
        "logs/reports/tutorial/tutorial_adaptation.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("tutorial_adaptation"),
    message:
        "Render the tutorial's Adaptive thresholds: A cue, a delay, a question"
    shell:
        "snnlocality tutorial_adaptation --study {params.study} > {log} 2>&1"


rule claims:
    input:
        unpack(inputs_of("claims")),
        published_table2="published/table2.csv",
        published_table3="published/table3.csv",
        published_table4="published/table4.csv",
    output:
        table="reports/claims.csv",
        text="reports/claims.md",
        page=report(
            "reports/claims.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "claims"},
        ),
        contrasts="reports/claims_contrasts.csv",
        record="reports/claims.record.json",
    log:
        "logs/reports/claims.log",
    benchmark:
        "logs/reports/claims.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("claims"),
    message:
        "Render Claims: The papers' claims"
    shell:
        "snnlocality claims --study {params.study} > {log} 2>&1"


rule index:
    input:
        unpack(inputs_of("index")),
    output:
        page=report(
            "reports/index.html",
            caption="../report/caption.rst",
            category="Tables",
            labels={"artifact": "index"},
        ),
        record="reports/index.record.json",
    log:
        "logs/reports/index.log",
    benchmark:
        "logs/reports/index.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("index"),
    message:
        "Render Page: Everything on one page"
    shell:
        "snnlocality index --study {params.study} > {log} 2>&1"


rule robustness_by_rate:
    input:
        contrasts="reports/claims_contrasts.csv",
        data=input_of("robustness_by_rate", "data"),
    output:
        figure=report(
            "reports/robustness_by_rate.svg",
            caption="../report/caption.rst",
            category="Figures",
            labels={"artifact": "robustness_by_rate"},
        ),
        record="reports/robustness_by_rate.record.json",
    log:
        "logs/reports/robustness_by_rate.log",
    benchmark:
        "logs/reports/robustness_by_rate.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("robustness_by_rate"),
    message:
        "Render Robustness by rate: What the learning rate does to differences in robustness"
    shell:
        "snnlocality robustness-by-rate --study {params.study} > {log} 2>&1"


rule search:
    input:
        trials=input_of("search", "trials"),
    output:
        table="reports/search.csv",
        record="reports/search.record.json",
    log:
        "logs/reports/search.log",
    benchmark:
        "logs/reports/search.benchmark.tsv"
    localrule: True
    conda:
        ENVIRONMENT
    threads: 1
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        **params_of("search"),
    message:
        "Render Search: Trials of the hyper-parameter search"
    shell:
        "snnlocality search --study {params.study} > {log} 2>&1"
