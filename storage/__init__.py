"""What is remembered: tables, one file of queries per subject, migrations. Imports nothing of ours."""
