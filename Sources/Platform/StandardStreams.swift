// What a program says to its terminal, and how it leaves.
import Glibc

/// Progress, warnings and faults; results go to standard output through `print`.
public enum StandardError {
    public static func print(_ line: String) { write(line + "\n") }

    public static func write(_ text: String) {
        let bytes = Array(text.utf8)
        // A closed terminal is no reason to fail: the run matters more than its progress.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

public enum Terminal {
    /// Width of the terminal that standard error goes to; `nil` where it goes elsewhere.
    public static var columnsOfStandardError: Int? {
        guard isatty(2) == 1 else { return nil }
        var size = winsize()
        guard unsafe ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
        return Int(size.ws_col)
    }
}

/// Exit statuses of both programs.
public enum ExitCode {
    public static let success: Int32 = 0
    /// The run failed.
    public static let failure: Int32 = 1
    /// Wrong use or bad input.
    public static let usage: Int32 = 2
    /// Stopped by Ctrl-C.
    public static let interrupted: Int32 = 130

    public static func leave(with code: Int32) -> Never { exit(code) }
}
