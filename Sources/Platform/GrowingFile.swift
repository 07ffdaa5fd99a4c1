// GrowingFile, the reader's side of an `AppendOnlyFile`: what a file has gained since it was last asked. It waits for
// nothing.

/// A file of lines that someone else appends to.
public struct GrowingFile: Sendable {
    private let path: String
    /// Bytes handed out so far.
    private var offset = 0

    /// - Parameter path: of a file that may not be there yet.
    public init(_ path: String) { self.path = path }

    /// The lines that became whole since the last call; a last line without its end waits until it has one.
    public mutating func newLines() throws(SystemFault) -> [ArraySlice<UInt8>] {
        let bytes = try Files.read(path, from: offset)
        guard let end = bytes.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        offset += end + 1
        return bytes[..<end].split(separator: UInt8(ascii: "\n"))
    }
}
