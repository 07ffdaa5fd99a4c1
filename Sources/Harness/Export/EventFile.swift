// EventFile: TensorBoard's event files. A record is a length (u64), its check, the bytes, their check; a check is a
// masked CRC-32C. The bytes are a protobuf message (tensorflow/core/util/event.proto), written here field by field:
//
//     Event   { 2: int64 step, 3: string file_version, 5: Summary summary }, and no time: a run's files know none
//     Summary { repeated 1: Value { 1: string tag, 2: float simple_value } }
import Kernels

/// The bytes of one event file, of scalars over rounds.
struct EventFile {
    /// An export that is repeated replaces what it wrote before.
    static let name = "events.out.tfevents.0.gossiplab"

    private(set) var bytes: [UInt8] = []

    init() { append(Self.field(3, string: "brain.Event:2")) }

    /// The scalars after `rounds` rounds; tags with slashes make groups.
    mutating func append(_ scalars: [(tag: String, value: Double)], after rounds: Int) {
        var summary: [UInt8] = []
        for (tag, value) in scalars {
            let element = Self.field(1, string: tag) + Self.key(2, .fourBytes) + Self.fixed(Float(value).bitPattern)
            summary += Self.field(1, bytes: element)
        }
        append(Self.key(2, .variable) + Self.variable(UInt64(rounds)) + Self.field(5, bytes: summary))
    }

    /// - Parameter message: of an event, without its time.
    private mutating func append(_ message: [UInt8]) {
        let length = Self.fixed(UInt64(message.count))
        bytes += length + Self.fixed(Self.maskedCheck(length)) + message + Self.fixed(Self.maskedCheck(message))
    }

    /// Turned and shifted, so that a check of bytes that hold checks is a good one (tensorflow/core/lib/hash/crc32c.h).
    static func maskedCheck(_ bytes: [UInt8]) -> UInt32 {
        let check = CRC32C.check(bytes)
        return (check >> 15 | check << 17) &+ 0xA282_EAD8
    }

    // MARK: - Protocol buffers

    private enum Form: UInt64 { case variable = 0, lengthAndBytes = 2, fourBytes = 5 }

    private static func key(_ field: UInt64, _ form: Form) -> [UInt8] { variable(field << 3 | form.rawValue) }

    private static func field(_ field: UInt64, bytes: [UInt8]) -> [UInt8] {
        key(field, .lengthAndBytes) + variable(UInt64(bytes.count)) + bytes
    }

    private static func field(_ field: UInt64, string: String) -> [UInt8] {
        Self.field(field, bytes: Array(string.utf8))
    }

    /// Seven bits a byte, the least first; the eighth says that more follow.
    private static func variable(_ number: UInt64) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), number)
        while rest > 0x7F {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    private static func fixed(_ number: some FixedWidthInteger & UnsignedInteger) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(littleEndian: number)
        return bytes
    }
}
