"""What is rendered for people, one file each; a file here is a table, figure or page of every study."""
