// HelloPayload, what a hello frame carries: the hello, and two codes by which a stranger's is told from a neighbour's
// cheaply, before anything is allocated or derived for it.
import Cryptography
import Kernels

struct HelloPayload: Sendable, Equatable {
    static let encodedBytes = Hello.encodedBytes + 16

    let hello: Hello
    /// Over datagrams, what the addressee has sent to the address that this comes from; 0 while that is not known, in
    /// answers, and over streams.
    let cookie: UInt64
    /// Shows that the sender has the edge's key; 0 where there are no keys. It can be recorded and sent again, and so
    /// opens nothing by itself.
    let mark: UInt64

    /// - Parameter key: of the edge, where it has one.
    init(_ hello: Hello, from sender: NodeID, cookie: UInt64 = 0, key: EdgeKey?) {
        self.hello = hello
        self.cookie = cookie
        mark = key.map { HelloPayload.mark(hello, from: sender, cookie: cookie, key: $0) } ?? 0
    }

    init(encoded bytes: [UInt8]) {
        hello = Hello(encoded: Array(bytes.prefix(Hello.encodedBytes)))
        cookie = bytes.integer(at: Hello.encodedBytes, as: UInt64.self)
        mark = bytes.integer(at: Hello.encodedBytes + 8, as: UInt64.self)
    }

    init(_ bytes: Span<UInt8>) { self.init(encoded: Decoder.bytes(bytes.indices, of: bytes)) }

    var encoded: [UInt8] {
        var bytes = hello.encoded
        bytes.append(littleEndian: cookie)
        bytes.append(littleEndian: mark)
        return bytes
    }

    func isMarked(by key: EdgeKey, sender: NodeID) -> Bool {
        mark == HelloPayload.mark(hello, from: sender, cookie: cookie, key: key)
    }

    private static func mark(_ hello: Hello, from sender: NodeID, cookie: UInt64, key: EdgeKey) -> UInt64 {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + encodedBytes)
        bytes.append(littleEndian: UInt32(truncatingIfNeeded: sender.index))
        bytes += hello.encoded
        bytes.append(littleEndian: cookie)
        return SipHash.hash(bytes, key: key.marking)
    }
}
