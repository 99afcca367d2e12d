"""What tools/package-deb makes a Debian package of: the installed tree, control files and maintainer scripts."""
