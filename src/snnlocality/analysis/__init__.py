"""What is measured on trained networks beside accuracy: representations (CKA), information in weights (Fisher)."""
