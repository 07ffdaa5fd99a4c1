// Standard output and error of a program, and its exit. The only door to it: whatever goes through is printable, and a
// result that cannot be written is a fault.
import Glibc

/// Results: every line that a command was asked for.
public enum StandardOutput {
    /// One line, whatever stands in `line`.
    public static func print(_ line: String) throws(OutputFault) { try write(printable(line) + "\n") }

    public static func print(lines: some Sequence<some StringProtocol>) throws(OutputFault) {
        try write(lines.map { printable(String($0)) + "\n" }.joined())
    }

    /// Rows for other programs, with a tab between two columns.
    static func print(tabbed rows: [[String]]) throws(OutputFault) {
        try write(rows.map { $0.map { printable($0) }.joined(separator: "\t") + "\n" }.joined())
    }

    /// Rows of a table of two columns; on a terminal they are broken at words, and the first one has this colour.
    public static func print(rows: some Sequence<some StringProtocol>, first colour: Colour) throws(OutputFault) {
        let columns = Terminal.sizeOfStandardOutput?.columns
        var lines = rows.map { row in
            columns.map { wrapped(row: printable(String(row)), to: $0).joined(separator: "\n") }
                ?? printable(String(row))
        }
        if let first = lines.first, Terminal.hasColour { lines[0] = colour.shown(first) }
        try write(lines.map { $0 + "\n" }.joined())
    }

    /// A text of JSON, whose last line feed may be missing.
    public static func print(json: String) throws(OutputFault) {
        try write(printable(json: json) + (json.hasSuffix("\n") ? "" : "\n"))
    }

    /// To be called once, after the last line: what a network's disk did not take may show only here.
    public static func close() throws(OutputFault) {
        guard Glibc.close(1) != 0, errno != EBADF, errno != EINTR else { return }
        throw OutputFault(SystemFault("write to", "standard output", errno: errno))
    }

    /// Nothing is kept back: what this returns from, the system has taken.
    static func write(_ text: String) throws(OutputFault) {
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            do throws(SystemFault) {
                written += try systemCall("write to", "standard output") {
                    unsafe bytes.withUnsafeBytes { bytes in
                        unsafe Glibc.write(1, bytes.baseAddress! + written, bytes.count - written)
                    }
                }
            } catch {
                // Whoever shares the terminal or the pipe may have made it nonblocking.
                guard error.errno == EAGAIN else { throw OutputFault(error) }
                try waitForRoom()
            }
        }
    }

    private static func waitForRoom() throws(OutputFault) {
        var entry = pollfd(fd: 1, events: Int16(POLLOUT), revents: 0)
        do throws(SystemFault) {
            try systemCall("write to", "standard output") { unsafe poll(&entry, 1, -1) }
        } catch {
            throw OutputFault(error)
        }
    }
}

/// Standard output did not take what was to be written.
public struct OutputFault: Error, Equatable, Sendable, CustomStringConvertible {
    private let cause: SystemFault

    init(_ cause: SystemFault) { self.cause = cause }

    /// Its reader has gone, as `head` does when it has seen enough: there is nobody to complain to.
    var isClosedPipe: Bool { cause.errno == EPIPE }

    public var description: String { cause.description }
}

/// Progress, warnings and faults; results go to standard output.
public enum StandardError {
    /// One line, whatever stands in `line`.
    ///
    /// On a terminal it is broken at words.
    public static func print(_ line: String) {
        let lines = Terminal.columnsOfStandardError.map { wrapped(printable(line), to: $0) } ?? [printable(line)]
        write(lines.map { $0 + "\n" }.joined())
    }

    /// Puts `text` in the place of the line that a terminal's cursor is in; nothing clears the line.
    public static func replaceLine(with text: String = "") { write("\r\u{1B}[K" + printable(text)) }

    private static func write(_ text: String) {
        let bytes = Array(text.utf8)
        // A closed terminal is no reason to fail: the run matters more than its progress.
        _ = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(2, $0.baseAddress, $0.count) }
    }
}

/// Both standard streams of a program.
public enum StandardStreams {
    /// Makes them safe to use; to be called before any file is opened.
    ///
    /// A stream that the caller has closed gets something in its place that takes nothing: the next file to be opened
    /// would have its number, and results and complaints would be written into that file. A pipe that nobody reads any
    /// more is a fault of the write, and not the end of the process.
    public static func prepare() {
        for number in Int32(0)...2 where fcntl(number, F_GETFD) == -1 { _ = unsafe open("/dev/null", O_RDONLY) }
        Signals.ignoreBrokenPipes()
    }
}

/// Colours of a terminal, for what is well, doubtful and wrong. Whatever they say stands there in words too.
public enum Colour: String, Sendable {
    case green = "32"
    case amber = "33"
    case red = "31"

    /// `text` in this colour, between the terminal's own escapes.
    func shown(_ text: String) -> String { "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" }
}

/// What the standard streams are connected to, where that is a terminal.
public enum Terminal {
    /// Width of the terminal that standard error goes to; `nil` where it goes elsewhere.
    public static var columnsOfStandardError: Int? { size(of: 2)?.columns }

    /// Size of the terminal that standard output goes to; `nil` where it goes elsewhere.
    public static var sizeOfStandardOutput: (columns: Int, rows: Int)? { size(of: 1) }

    /// For texts on standard output: the width of the terminal, or of a page where there is none.
    public static var columnsOfOutput: Int { size(of: 1)?.columns ?? 100 }

    /// Whether standard output shows colours: a terminal, unless `NO_COLOR` says no (no-color.org).
    public static var hasColour: Bool {
        func variable(_ name: String) -> String { unsafe getenv(name).map { unsafe String(cString: $0) } ?? "" }
        return isatty(1) == 1 && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
    }

    private static func size(of stream: Int32) -> (columns: Int, rows: Int)? {
        guard isatty(stream) == 1 else { return nil }
        var size = winsize()
        guard unsafe ioctl(stream, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return (80, 24) }
        return (Int(size.ws_col), size.ws_row > 0 ? Int(size.ws_row) : 24)
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
    /// Nobody read the results to their end; what a shell says of a program that SIGPIPE has ended.
    public static let closedPipe: Int32 = 141

    public static func leave(with code: Int32) -> Never { exit(code) }

    /// The status of a program whose work is `body`: standard output must have taken everything, and what `body` throws
    /// is told in one line.
    ///
    /// - Parameters:
    ///   - program: its name, before the line.
    ///   - status: what a fault of `body` comes to.
    public static func of(
        _ program: String, _ body: () throws -> Int32, status: (any Error) -> Int32 = { _ in failure }
    ) -> Int32 {
        do {
            let code = try body()
            try StandardOutput.close()
            return code
        } catch let fault as OutputFault where fault.isClosedPipe {
            return closedPipe
        } catch let fault as OutputFault {
            StandardError.print("\(program): \(fault)")
            return failure
        } catch {
            StandardError.print("\(program): \(error)")
            return status(error)
        }
    }
}
