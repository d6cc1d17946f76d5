"""One file per library; each offers ``build(case, options) -> Contender`` (see ``benchmarks.contender``)."""
