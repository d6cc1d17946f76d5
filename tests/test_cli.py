"""The command line: a mistake gets one sentence and status 2, never a traceback."""

import pytest
from click.testing import CliRunner

from snnlocality.cli import main
from snnlocality.study import catalogue
from snnlocality.study.commands import name_of


def call(*arguments):
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("prepare --task sight", ["'sight' is no task", "vision, speech"]),
        ("prepare --task vision --study whole", ["'whole' is unknown", "demo, sample, real, paper"]),
        ("train --task vision --rule hebb --arch ff", ["'hebb'", "choose one of bptt, bptt_detached_reset"]),
        ("train --task vision --rule bptt --arch ff_matched", ["'ff_matched' is no architecture of vision", "ff, rec"]),
        ("train --task vision --rule bptt --arch ff --fold -1", ["--fold"]),
        ("fgsm --task speech --rule bptt --arch ff", ["speech has one per frame", "Ask for vision"]),
        ("shift --task speech --rule bptt --arch ff", ["speech has one per frame", "Ask for vision"]),
        (
            "show table9",
            [
                "'table9' has no text to show",
                "table1, table2, table3, learning_rates, robust, table4, empirical_fisher, cuts, claims",
            ],
        ),
        ("show figure2", ["'figure2' has no text to show", "Figures lie in reports/"]),
        (
            "backdoor --task vision --rule bptt --arch ff --trigger visible --rate nan",
            ["--rate", "nan is not in the range"],
        ),
        ("backdoor --task vision --rule bptt --arch ff --trigger visible --rate 2", ["--rate", "not in the range"]),
        ("export nmnist out --source mnist", ["'mnist' is no source of recordings", "digits"]),
        ("export timit out --scale 2", ["scale"]),
    ],
)
def test_a_mistake_is_named_with_the_remedy(root, monkeypatch, arguments, words):
    monkeypatch.chdir(root)
    result = call(*arguments.split())
    assert result.exit_code == 2
    message = result.stderr
    assert "Traceback" not in message
    for word in words:
        assert word in message, message


def test_outside_the_project_the_missing_file_is_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = call("study")
    assert result.exit_code == 2
    assert "params.yaml does not exist; run from the root of a study" in result.stderr


def test_whoever_computes_a_step_again_knows_which_commands_take_threads():
    taking = {name for name, command in main.commands.items() if any(one.name == "threads" for one in command.params)}
    # Not steps: these start others, or fill the run cache.
    computing = {name_of(step) for step in catalogue.steps() if "engine" in step.uses}
    assert taking - {"train-many", "verify", "test-nir"} == computing


def all_commands(group=main, before=()):
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from all_commands(command, (*before, name))
        yield (*before, name), command


@pytest.mark.parametrize(("words", "command"), list(all_commands()))
def test_every_command_has_an_example_that_it_understands(words, command):
    prefix = " ".join(("Example: snnlocality", *words))
    assert command.epilog.startswith(prefix)
    command.make_context(words[-1], command.epilog.removeprefix(prefix).split(), resilient_parsing=False)


def test_what_an_exit_status_means_is_in_the_help():
    assert "Exit status: 0 where all went well; 1 where what is checked" in " ".join(call("--help").output.split())


def test_shells_complete_commands_as_the_help_says():
    shown = "_SNNLOCALITY_COMPLETE=bash_source snnlocality"
    assert shown in call("--help").output
    variable = shown.partition("=")[0]
    source = CliRunner().invoke(main, prog_name="snnlocality", env={variable: "bash_source"}).output
    assert f"{variable}=bash_complete" in source
    words = {"COMP_WORDS": "snnlocality export ti", "COMP_CWORD": "2", variable: "bash_complete"}
    assert CliRunner().invoke(main, prog_name="snnlocality", env=words).output == "plain,timit\n"


def test_every_command_explains_itself():
    for name in main.commands:
        result = call(name, "--help")
        assert result.exit_code == 0
        assert result.output.strip()
