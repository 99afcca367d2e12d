import Glibc

/// Standard input, output and error, which whoever starts the program may have closed.
enum StandardDescriptors {
    /// Opens what is closed in a way that fails when it is used, so that no file that is opened later gets its number, and with it what
    /// is meant for a person.
    static func reserve() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) < 0 {
            _ = unsafe open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}
