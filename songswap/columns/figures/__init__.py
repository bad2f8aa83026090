"""What listening histories say: a module for each family of figures. Each takes Plays and gives a typed answer."""
