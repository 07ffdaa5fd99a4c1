// The keys of one JSON object while it is read, to find one that is there twice.
import Kernels

/// Offsets of the quotes at which keys begin. Few are compared one by one; from then on there is a table of them.
struct JSONKeys {
    private var few = InlineArray<12, UInt32>(repeating: 0)
    private var count = 0
    /// With open addressing: half of a key's hash, which tells nearly all keys apart without a look at them, above its
    /// offset; 0 where there is no key, since none begins a file.
    private var table: [UInt64] = []

    /// Adds the key that begins at `key`, or returns where an equal one begins.
    mutating func insert(_ key: Int, of bytes: [UInt8]) -> Int? {
        if table.isEmpty {
            for slot in 0..<count where Self.areEqual(Int(few[slot]), key, in: bytes) { return Int(few[slot]) }
            guard count == few.count else {
                few[count] = UInt32(truncatingIfNeeded: key)
                count += 1
                return nil
            }
            table = [UInt64](repeating: 0, count: 32)
            for slot in 0..<count { put(Self.entry(of: Int(few[slot]), in: bytes)) }
        } else if 4 * count >= 3 * table.count {
            let entries = table
            table = [UInt64](repeating: 0, count: 2 * entries.count)
            for entry in entries where entry != 0 { put(entry) }
        }
        let entry = Self.entry(of: key, in: bytes)
        var slot = firstSlot(of: entry)
        while table[slot] != 0 {
            let other = Int(table[slot] & Self.offsetBits)
            if table[slot] >> 32 == entry >> 32, Self.areEqual(other, key, in: bytes) { return other }
            slot = (slot + 1) & (table.count - 1)
        }
        table[slot] = entry
        count += 1
        return nil
    }

    /// Puts an entry that is not in the table into it.
    private mutating func put(_ entry: UInt64) {
        var slot = firstSlot(of: entry)
        while table[slot] != 0 { slot = (slot + 1) & (table.count - 1) }
        table[slot] = entry
    }

    private func firstSlot(of entry: UInt64) -> Int { Int(entry >> 32) & (table.count - 1) }

    private static let offsetBits: UInt64 = 0xFFFF_FFFF

    private static func entry(of key: Int, in bytes: [UInt8]) -> UInt64 {
        hash(key, in: bytes) & ~offsetBits | UInt64(key) & offsetBits
    }

    private static let quote = UInt8(ascii: "\"")
    private static let backslash = UInt8(ascii: "\\")

    /// Whether two keys say the same, however they are written.
    private static func areEqual(_ a: Int, _ b: Int, in bytes: [UInt8]) -> Bool {
        var step = 1
        while bytes[a + step] == bytes[b + step], bytes[a + step] != backslash {
            if bytes[a + step] == quote { return true }
            step += 1
        }
        guard bytes[a + step] == backslash || bytes[b + step] == backslash else { return false }
        return JSONEscape.text(in: bytes, from: a).utf8.elementsEqual(JSONEscape.text(in: bytes, from: b).utf8)
    }

    /// Of what the key says.
    private static func hash(_ key: Int, in bytes: [UInt8]) -> UInt64 {
        var end = key + 1
        while bytes[end] != quote {
            if bytes[end] == backslash { return XXH64.hash(Array(JSONEscape.text(in: bytes, from: key).utf8)) }
            end += 1
        }
        return XXH64.hash(bytes, in: key + 1..<end)
    }
}
