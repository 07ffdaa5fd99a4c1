// GrowingFile, the reader's side of an `AppendOnlyFile`: what a file has gained since it was last asked. It waits for
// nothing.

/// A file of lines that someone else appends to.
public struct GrowingFile: Sendable {
    private let path: String
    /// Bytes handed out so far.
    private var offset = 0
    /// Whether the last call found the beginning of a line without its end.
    public private(set) var endsTorn = false

    /// - Parameter path: of a file that may not be there yet.
    public init(_ path: String) { self.path = path }

    /// The lines that became whole since the last call; a last line without its end waits until it has one.
    public mutating func newLines() throws(SystemFault) -> [ArraySlice<UInt8>] {
        let bytes = try Files.read(path, from: offset)
        endsTorn = bytes.last.map { $0 != UInt8(ascii: "\n") } ?? false
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += end + 1
        return bytes[..<end].split(separator: UInt8(ascii: "\n"))
    }
}
