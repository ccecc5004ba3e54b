"""What ``cuttings`` can do: a command is a few lines and calls one function."""
