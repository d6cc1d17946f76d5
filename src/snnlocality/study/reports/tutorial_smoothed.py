"""The tutorial: soft threshold, escape noise, rate coding."""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "smoothed",
    place=281,
    short="Smoothed models",
    title="Soft threshold, escape noise, rate coding",
    lead="Models with true gradients, each on a small task.",
    help="Draw what the smoothed models learn: soft threshold, escape noise, rates.",
    experiments=(
        "soft_threshold",
        "escape_noise",
        "rate_coding",
    ),
)
