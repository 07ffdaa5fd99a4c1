// TextLines: a stream of bytes, line by line, with the hash of all of them. Of the file no more than a block and a line
// are kept.
import Kernels
import Registry

/// Lines of a text file, without what ends them: a line feed, a carriage return, or both.
struct TextLines {
    /// Bytes that are read at once.
    private static let block = 1 << 20
    /// A longer line is in no table of text.
    static let longest = 1 << 24
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    let path: String
    private(set) var line: [UInt8] = []
    /// Of the line, from 1.
    private(set) var number = 0
    /// Of each block, seeded with the hash of what came before.
    private(set) var hash: UInt64 = 0
    /// Read so far, the rest of the block included.
    private(set) var bytesRead = 0

    private let stream: any DataStream
    private var bytes: [UInt8] = []
    private var position = 0
    private var hasEnded = false
    /// Whether the last line ended in a carriage return, to which a line feed may belong.
    private var isAfterReturn = false

    init(_ path: String, in files: any DataFiles) throws(ConfigurationFault) {
        self.path = path
        stream = try files.open(path)
    }

    /// Where the line is.
    var place: String { "\(path):\(number)" }

    /// Reads the next line.
    ///
    /// - Returns: false where there is none.
    mutating func next() throws(ConfigurationFault) -> Bool {
        line.removeAll(keepingCapacity: true)
        while true {
            if position == bytes.count {
                guard try fill() else {
                    guard !line.isEmpty else { return false }
                    break
                }
            }
            if isAfterReturn {
                isAfterReturn = false
                if bytes[position] == UInt8(ascii: "\n") {
                    position += 1
                    continue
                }
            }
            let rest = bytes[position...]
            guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) else {
                line.append(contentsOf: rest)
                position = bytes.count
                try checkLength()
                continue
            }
            line.append(contentsOf: bytes[position..<end])
            isAfterReturn = bytes[end] == UInt8(ascii: "\r")
            position = end + 1
            break
        }
        try checkLength()
        number += 1
        if number == 1, line.starts(with: Self.mark) { line.removeFirst(Self.mark.count) }
        return true
    }

    private func checkLength() throws(ConfigurationFault) {
        guard line.count <= Self.longest else {
            throw ConfigurationFault(
                "line \(number + 1) is longer than \(Self.longest) bytes; this is no table of text", at: path)
        }
    }

    private mutating func fill() throws(ConfigurationFault) -> Bool {
        guard !hasEnded else { return false }
        bytes = try stream.read(Self.block)
        position = 0
        hasEnded = bytes.count < Self.block
        bytesRead += bytes.count
        if !bytes.isEmpty { hash = XXH64.hash(bytes, seed: hash) }
        return !bytes.isEmpty
    }
}
