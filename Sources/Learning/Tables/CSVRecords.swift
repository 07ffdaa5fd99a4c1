// CSVRecords: the records of comma-separated values (RFC 4180), cell by cell. What the cells mean is CSVTable's.
import Kernels
import Registry

/// Records of a file, one after the other; blank lines are none.
struct CSVRecords {
    /// More columns are in no table.
    static let mostColumns = 1_000_000

    private let separator: UInt8
    private var lines: TextLines
    private var text: [UInt8] = []
    /// Where in `text` each cell ends.
    private var ends: [Int] = []
    /// Where the record begins, from 1.
    private(set) var line = 0

    init(_ path: String, separator: UInt8, in files: any DataFiles) throws(ConfigurationFault) {
        self.separator = separator
        lines = try TextLines(path, in: files)
    }

    var hash: UInt64 { lines.hash }
    var place: String { "\(lines.path):\(line)" }
    var cellCount: Int { ends.count }

    /// Without quotes around it, and without blanks.
    func cell(_ index: Int) -> ArraySlice<UInt8> { text[(index == 0 ? 0 : ends[index - 1])..<ends[index]].trimmed }

    /// Reads the next record.
    ///
    /// - Parameter isWanted: whether its cells are.
    /// - Returns: false where there is none.
    mutating func next(isWanted: Bool = true) throws(ConfigurationFault) -> Bool {
        repeat {
            guard try lines.next() else { return false }
        } while lines.line[...].trimmed.isEmpty
        line = lines.number
        if !isWanted, !lines.line.contains(UInt8(ascii: "\"")) { return true }
        text.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        var place = 0
        repeat {
            if place < lines.line.count, lines.line[place] == UInt8(ascii: "\"") {
                place = try readQuoted(from: place + 1)
            } else {
                let end = lines.line[place...].firstIndex(of: separator) ?? lines.line.count
                text.append(contentsOf: lines.line[place..<end])
                place = end
            }
            ends.append(text.count)
            guard ends.count <= Self.mostColumns else {
                throw ConfigurationFault("has more than \(Self.mostColumns) cells", at: self.place)
            }
            place += 1
        } while place <= lines.line.count
        return true
    }

    /// Reads a cell after the quote that opens it; two quotes are one of the text, and lines may end within it.
    ///
    /// - Returns: where the separator or the end of the line is.
    private mutating func readQuoted(from start: Int) throws(ConfigurationFault) -> Int {
        let quote = UInt8(ascii: "\"")
        let (cell, opened) = (ends.count + 1, text.count)
        var place = start
        while true {
            guard let end = lines.line[place...].firstIndex(of: quote) else {
                text.append(contentsOf: lines.line[place...])
                text.append(UInt8(ascii: "\n"))
                guard text.count - opened <= TextLines.longest, try lines.next() else {
                    throw ConfigurationFault("the quote that opens cell \(cell) is never closed", at: self.place)
                }
                place = 0
                continue
            }
            text.append(contentsOf: lines.line[place..<end])
            place = end + 1
            if place < lines.line.count, lines.line[place] == quote {
                text.append(quote)
                place += 1
                continue
            }
            let rest = lines.line[place...]
            let next = rest.firstIndex(of: separator) ?? lines.line.count
            guard rest[..<next].trimmed.isEmpty else {
                throw ConfigurationFault("cell \(cell) goes on after its closing quote", at: self.place)
            }
            return next
        }
    }
}
