"""What puts the system together and runs it: settings, wiring, command line, embedded servers, demo."""
