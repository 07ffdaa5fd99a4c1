// Screen: a few lines of a terminal that are drawn again and again in one place.
import Glibc

/// What stands on the terminal now, below everything that was there before.
public struct Screen {
    /// A line, and its colour where it has one.
    public struct Line: Sendable, Equatable {
        public let text: String
        public let colour: Colour?

        public init(_ text: String, _ colour: Colour? = nil) {
            self.text = text
            self.colour = colour
        }
    }

    private var shown = 0
    private var columns = 0

    public init() {}

    /// Puts these lines in the place of the last ones, each cut to the width of the terminal, and no more than it has
    /// room for.
    ///
    /// - Parameter size: of the terminal now.
    public mutating func show(_ lines: [Line], size: (columns: Int, rows: Int)) throws(OutputFault) {
        var text = ""
        if shown > 0 {
            // A terminal that was made narrower has broken what stood there, into nobody knows how many lines.
            text += size.columns < columns ? "\u{1B}[2J\u{1B}[H" : "\u{1B}[\(shown)A\r\u{1B}[J"
        }
        let room = lines.prefix(max(1, size.rows - 1))
        let hasColour = Terminal.hasColour
        for line in room {
            let whole = String(printable(line.text).prefix(size.columns))
            text += (hasColour ? line.colour.map { $0.shown(whole) } ?? whole : whole) + "\n"
        }
        try StandardOutput.write(text)
        (shown, columns) = (room.count, size.columns)
    }
}
