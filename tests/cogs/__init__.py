"""The Discord side: commands, and the stage they are tried on."""
