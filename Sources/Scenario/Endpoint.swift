// Endpoint file: a node writes where it listens, and those who dial it read that; for one host or a shared folder.
import JSON
import Registry
public import Wire

/// Where a node listens, which life of it this is, and of which run.
public struct Endpoint: Sendable, Equatable {
    /// `host:port`.
    public let address: String
    public let pid: Int
    public let incarnation: UInt64
    public let nonce: RunNonce

    public init(address: String, pid: Int, incarnation: UInt64, nonce: RunNonce) {
        self.address = address
        self.pid = pid
        self.incarnation = incarnation
        self.nonce = nonce
    }

    /// The content of `endpoint.json`.
    public var json: [UInt8] {
        let tree = JSONValue.object([
            "address": .text(address), "pid": .number(pid),
            "incarnation": JSONValue(.number(Double(incarnation), literal: "\(incarnation)")),
            "nonce": .text("\(nonce)"),
        ])
        return Array(JSONText.pretty(tree).utf8)
    }

    /// - Parameter name: what messages call the file.
    public init(_ bytes: [UInt8], name: String) throws(ConfigurationFault) {
        let file = try StrictJSON.read(bytes, name: name).object("")
        try file.refuseUnknownKeys(known: ["address", "pid", "incarnation", "nonce"])
        address = try file.required("address", expected: "a text").text("address")
        pid = try file.required("pid", expected: "a number").count("pid")
        incarnation = try file.required("incarnation", expected: "a number").seed("incarnation")
        let text = try file.required("nonce", expected: RunNonce.expected)
        guard let nonce = RunNonce(try text.text("nonce")) else {
            throw text.fault("nonce is \(text.summary); expected \(RunNonce.expected)")
        }
        self.nonce = nonce
    }
}
