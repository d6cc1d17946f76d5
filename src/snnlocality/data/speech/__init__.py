"""Speech with phone labels: TIMIT in the LDC and NLTK layouts, and a formant synthesiser that writes them."""
