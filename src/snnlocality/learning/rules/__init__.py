"""One file per learning rule, each holding one value ``RULE``; the file's name is the rule's name in params.yaml."""
