// ByteSource, the bytes of a file as they come, and a reader over one that never asks for more memory than bytes have
// come. Nothing here opens a file.
import Cryptography
public import Registry

/// The bytes of a file, from its start to its end.
public protocol ByteSource: AnyObject {
    /// The next `count` bytes; fewer where the file ends.
    func read(_ count: Int) throws(ConfigurationFault) -> [UInt8]
}

/// Bytes in memory.
public final class MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var offset = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    public func read(_ count: Int) -> [UInt8] {
        let end = offset + min(count, bytes.count - offset)
        defer { offset = end }
        return Array(bytes[offset..<end])
    }
}

/// A source whose bytes are hashed as they pass.
public final class HashedSource: ByteSource {
    private let source: any ByteSource
    private var hash = SHA256()

    public init(_ source: any ByteSource) { self.source = source }

    public func read(_ count: Int) throws(ConfigurationFault) -> [UInt8] {
        let bytes = try source.read(count)
        hash.update(bytes)
        return bytes
    }

    /// SHA-256 over what has been read so far.
    public var digest: [UInt8] {
        let copy = hash
        return copy.finish()
    }
}

/// Reads a file of a known layout, and says where it ends too early.
public struct ByteReader {
    /// Bytes that are read at once: a length that a file only claims costs no memory.
    private static let piece = 1 << 20

    /// What messages call the file.
    public let path: String
    private let source: any ByteSource
    /// Read from the source, and by nobody yet.
    private var ahead: [UInt8] = []
    /// Bytes that have been taken.
    private(set) var position = 0

    public init(_ source: any ByteSource, path: String) {
        self.source = source
        self.path = path
    }

    /// The next `count` bytes, which stay to be read; fewer where the file ends.
    mutating func peek(_ count: Int) throws(ConfigurationFault) -> [UInt8] {
        if ahead.count < count { ahead += try source.read(count - ahead.count) }
        return Array(ahead.prefix(count))
    }

    /// Up to a piece of the next `count` bytes; none where the file ends.
    private mutating func take(_ count: Int) throws(ConfigurationFault) -> [UInt8] {
        let wanted = min(count, Self.piece)
        var bytes: [UInt8] = []
        swap(&bytes, &ahead)
        if bytes.count > wanted {
            ahead = Array(bytes[wanted...])
            bytes.removeLast(bytes.count - wanted)
        } else if bytes.count < wanted {
            bytes += try source.read(wanted - bytes.count)
        }
        position += bytes.count
        return bytes
    }

    /// The next `count` bytes, piece by piece; all pieces but the last are as long as each other, and even.
    ///
    /// - Parameter part: what they are, for messages.
    mutating func forEachPiece(
        of count: Int, in part: String, _ body: ([UInt8]) throws(ConfigurationFault) -> Void
    ) throws(ConfigurationFault) {
        var left = count
        while left > 0 {
            let wanted = min(left, Self.piece)
            let bytes = try take(wanted)
            guard bytes.count == wanted else {
                throw fault("ends after \(position) bytes, within \(part); it was not copied whole")
            }
            left -= wanted
            try body(bytes)
        }
    }

    /// The next `count` bytes.
    mutating func bytes(_ count: Int, in part: String) throws(ConfigurationFault) -> [UInt8] {
        var all: [UInt8] = []
        try forEachPiece(of: count, in: part) { all += $0 }
        return all
    }

    /// All that is left.
    ///
    /// - Parameter most: a file that goes on after so many bytes is refused.
    mutating func rest(upTo most: Int) throws(ConfigurationFault) -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try take(Self.piece)
            if bytes.isEmpty { return all }
            all += bytes
            guard all.count <= most else { throw fault("has more than \(most) bytes, the most that is read") }
        }
    }

    /// Refuses bytes that the layout does not account for.
    mutating func refuseMore() throws(ConfigurationFault) {
        let expected = position
        guard try take(1).isEmpty else { throw fault("goes on after the \(expected) bytes that its header tells of") }
    }

    func fault(_ sentence: String) -> ConfigurationFault { ConfigurationFault(sentence, at: path) }
}
