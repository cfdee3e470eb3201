"""What people configure: a file per deployment, per township, per source."""
