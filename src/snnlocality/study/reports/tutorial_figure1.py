"""The tutorial: a leaky integrate-and-fire neuron."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "figure1",
    place=210,
    short="Figure 1",
    title="A leaky integrate-and-fire neuron",
    lead="Below the threshold at first, then firing.",
    help="Draw the tutorial's figure 1: a neuron's current, potential and spikes.",
)
