// An address as operators write it, host:port, judged by its form alone: nothing is resolved or opened here.
import Registry

/// A host and a port.
public struct HostPort: Sendable, Hashable {
    /// An IPv4 address, an IPv6 address without its brackets, or a name in lower case.
    public let host: String
    public let port: UInt16

    /// What may be written, in words.
    public static let allowed =
        "host:port with a port from 0 to 65535, as in 127.0.0.1:7600 or [::1]:7600"

    /// - Parameter key: what messages call the address.
    public init(_ text: String, key: String = "address") throws(ConfigurationFault) {
        guard let parsed = HostPort(parsing: text) else {
            throw ConfigurationFault(.notAllowed(key: key, given: "'\(text)'", allowed: HostPort.allowed))
        }
        self = parsed
    }

    /// Whether the host is neither an IPv4 nor an IPv6 address: it must be looked up.
    public var isName: Bool { !host.contains(":") && !HostPort.isIPv4(host[...]) }

    private init?(parsing text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let host = text[..<colon]
        let digits = text[colon...].dropFirst()
        guard !digits.isEmpty, digits.utf8.allSatisfy(isDigit), let port = UInt16(digits) else { return nil }
        self.port = port
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = host.dropFirst().dropLast()
            guard HostPort.isIPv6(address) else { return nil }
            self.host = address.lowercased()
        } else {
            guard HostPort.isIPv4(host) || HostPort.isName(host) else { return nil }
            self.host = host.lowercased()
        }
    }

    private static func isIPv4(_ host: Substring) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { 1...3 ~= $0.utf8.count && $0.utf8.allSatisfy(isDigit) && UInt8($0) != nil }
    }

    /// Eight groups of up to four hexadecimal digits; `::` stands for one run of zeros, the last two groups may be an
    /// IPv4 address, and a zone may follow.
    private static func isIPv6(_ text: Substring) -> Bool {
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 1 || !parts[1].isEmpty else { return false }
        var words = parts[0].split(separator: ":", omittingEmptySubsequences: false)
        // A colon at either end is half of `::`.
        if words[0].isEmpty {
            guard words.count > 2, words[1].isEmpty else { return false }
            words.removeFirst()
        }
        if words[words.count - 1].isEmpty {
            guard words.count > 1, words[words.count - 2].isEmpty else { return false }
            words.removeLast()
        }
        let runs = words.count(where: \.isEmpty)
        var groups = words.count - runs
        if let last = words.last, isIPv4(last) {
            words.removeLast()
            groups += 1
        }
        guard words.allSatisfy({ $0.utf8.count <= 4 && $0.allSatisfy(\.isHexDigit) }) else { return false }
        return runs == 0 ? groups == 8 : runs == 1 && groups < 8
    }

    /// Labels of letters, digits, hyphens and underscores; the last one is no number, as every number is meant to be
    /// part of an IPv4 address.
    private static func isName(_ host: Substring) -> Bool {
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard let last = labels.last, host.utf8.count <= 253, !last.utf8.allSatisfy(isDigit) else { return false }
        return labels.allSatisfy { label in
            1...63 ~= label.utf8.count && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy {
                    isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
                }
        }
    }
}

private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

private func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }

extension HostPort: CustomStringConvertible {
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
