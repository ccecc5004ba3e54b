"""A small news web on loopback, to see Cuttings at work without touching the real one."""
