"""The tutorial: does the shape of the derivative matter?"""

from snnlocality.study.tutorial_report import tutorial_report

STEP = tutorial_report(
    "surrogates",
    place=283,
    short="Surrogates",
    title="Does the shape of the derivative matter?",
    lead="Eight shapes of the same width, at equal peak and at equal area.",
    help="Draw what the shape of a surrogate derivative does to accuracy.",
    experiments=("surrogates",),
)
