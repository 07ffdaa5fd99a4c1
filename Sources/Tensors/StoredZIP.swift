// StoredZIP: zip archives whose members are stored as they are (PKWARE APPNOTE 6.3.10, without zip64), in memory.
//
// A member is its local header and its bytes; behind all of them stands the directory, with a header for each member,
// and the end of the directory, which says where it begins. A reader trusts the directory and checks every sum.
import Kernels
import Registry

/// An archive that is being written.
struct StoredZIP {
    static let memberMagic = Array("PK\u{3}\u{4}".utf8)
    static let endMagic = Array("PK\u{5}\u{6}".utf8)
    private static let directoryMagic = Array("PK\u{1}\u{2}".utf8)
    /// What 32 bits can count.
    static let mostBytes = Int(UInt32.max) - 1
    private static let mostMembers = Int(UInt16.max) - 1
    private static let endBytes = 22
    private static let directoryBytes = 46
    private static let memberBytes = 30
    private static let longestComment = Int(UInt16.max)

    private var bytes: [UInt8] = []
    private var directory: [UInt8] = []
    private var count = 0

    mutating func append(_ content: [UInt8], named name: String) throws(ConfigurationFault) {
        guard count < Self.mostMembers, name.utf8.count <= Int(UInt16.max),
            bytes.count + directory.count + content.count + 256 + 3 * name.utf8.count <= Self.mostBytes
        else {
            throw ConfigurationFault(
                "is more than a zip archive without extensions holds, 4 GiB and \(Self.mostMembers) arrays; "
                    + "safetensors has room")
        }
        let offset = bytes.count
        var fields: [UInt8] = []
        fields.append(littleEndian: UInt16(20))  // needs version 2.0
        fields.append(littleEndian: UInt16(name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x800))  // the name is UTF-8
        fields.append(littleEndian: UInt16(0))  // stored
        fields.append(littleEndian: UInt32(0x21 << 16))  // 1980-01-01, so that equal models are equal files
        fields.append(littleEndian: CRC32.check(content[...]))
        fields.append(littleEndian: UInt32(content.count))
        fields.append(littleEndian: UInt32(content.count))
        fields.append(littleEndian: UInt16(name.utf8.count))
        fields.append(littleEndian: UInt16(0))  // nothing extra
        bytes += Self.memberMagic + fields + Array(name.utf8) + content
        directory += Self.directoryMagic + [20, 0] + fields
        directory += [UInt8](repeating: 0, count: 10)  // no comment, first disk, no attributes
        directory.append(littleEndian: UInt32(offset))
        directory += Array(name.utf8)
        count += 1
    }

    consuming func finish() throws(ConfigurationFault) -> [UInt8] {
        let start = bytes.count
        var whole = bytes
        whole += directory
        whole += Self.endMagic + [0, 0, 0, 0]
        whole.append(littleEndian: UInt16(count))
        whole.append(littleEndian: UInt16(count))
        whole.append(littleEndian: UInt32(directory.count))
        whole.append(littleEndian: UInt32(start))
        return whole + [0, 0]
    }
}

extension StoredZIP {
    /// A member of an archive, checked.
    struct Member {
        let name: String
        /// Of its bytes in the archive.
        let range: Range<Int>
    }

    /// The members of an archive in the order of its directory; none overlaps another, no two have one name.
    static func members(of bytes: [UInt8], path: String) throws(ConfigurationFault) -> [Member] {
        func fault(_ sentence: String) -> ConfigurationFault { ConfigurationFault(sentence, at: path) }
        let damaged = fault("is a damaged zip archive, or was not copied whole")
        guard let end = endOfDirectory(in: bytes) else { throw damaged }
        let count = Int(bytes.integer(at: end + 10, as: UInt16.self))
        let size = Int(bytes.integer(at: end + 12, as: UInt32.self))
        var offset = Int(bytes.integer(at: end + 16, as: UInt32.self))
        guard count <= mostMembers, size <= mostBytes, offset <= mostBytes else {
            throw fault("is a zip64 archive, of 4 GiB or more; safetensors has room for that")
        }
        guard offset + size == end else { throw damaged }
        var members: [Member] = []
        var checks: [UInt32] = []
        var names: Set<String> = []
        for _ in 0..<count {
            guard offset + directoryBytes <= end, bytes[offset...].starts(with: directoryMagic) else { throw damaged }
            let lengths = [28, 30, 32].map { Int(bytes.integer(at: offset + $0, as: UInt16.self)) }
            let next = offset + directoryBytes + lengths.reduce(0, +)
            guard next <= end else { throw damaged }
            let name = String(
                decoding: bytes[offset + directoryBytes..<offset + directoryBytes + lengths[0]], as: UTF8.self)
            let quoted = "'\(excerpt(of: name))'"
            guard names.insert(name).inserted else { throw fault("holds \(quoted) twice") }
            guard bytes[offset + 8] & 1 == 0 else { throw fault("holds \(quoted) encrypted; allowed: as it is") }
            guard bytes.integer(at: offset + 10, as: UInt16.self) == 0 else {
                throw fault("holds \(quoted) compressed; allowed: stored, as of numpy.savez")
            }
            guard let range = content(of: offset, in: bytes, before: end) else { throw damaged }
            members.append(Member(name: name, range: range))
            checks.append(bytes.integer(at: offset + 16, as: UInt32.self))
            offset = next
        }
        guard offset == end else { throw damaged }
        let ranges = members.map(\.range).filter { !$0.isEmpty }.sorted { $0.lowerBound < $1.lowerBound }
        guard zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else { throw damaged }
        // Only now, since members that overlap could make of few bytes many.
        for (member, check) in zip(members, checks) where CRC32.check(bytes[member.range]) != check {
            throw fault("holds '\(excerpt(of: member.name))' with altered bytes")
        }
        return members
    }

    /// Where the end of the directory begins: the last place from which it fills the file, its comment included.
    private static func endOfDirectory(in bytes: [UInt8]) -> Int? {
        guard bytes.count >= endBytes else { return nil }
        let last = bytes.count - endBytes
        return stride(from: last, through: max(0, last - longestComment), by: -1).first { start in
            bytes[start...].starts(with: endMagic)
                && Int(bytes.integer(at: start + 20, as: UInt16.self)) == last - start
        }
    }

    /// The bytes of the member whose header in the directory stands at `offset`; `nil` where there are no such bytes.
    private static func content(of offset: Int, in bytes: [UInt8], before end: Int) -> Range<Int>? {
        let sizes = [20, 24].map { Int(bytes.integer(at: offset + $0, as: UInt32.self)) }
        let header = Int(bytes.integer(at: offset + 42, as: UInt32.self))
        guard sizes[0] == sizes[1], header + memberBytes <= end, bytes[header...].starts(with: memberMagic)
        else { return nil }
        let lengths = [26, 28].map { Int(bytes.integer(at: header + $0, as: UInt16.self)) }
        let start = header + memberBytes + lengths[0] + lengths[1]
        return start + sizes[0] <= end ? start..<start + sizes[0] : nil
    }
}
