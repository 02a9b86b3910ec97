"""The parts of `flask --app app connect`: what is asked, tried, written and waited for."""
