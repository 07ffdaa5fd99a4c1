// Names and formats of the files of a run.
import Cryptography
import Kernels
import Metrics
import Registry
import Testing
import Wire

@testable import Scenario

@Suite("Run directory")
struct RunDirectoryTests {
    @Test("is named after experiment, identity and time, whatever the name")
    func name() {
        let identity = [0xDE, 0xAD, 0xBE, 0xEF] + [UInt8](repeating: 0, count: 28)
        let run = RunDirectory(in: "runs", name: "../a b", identity: identity, time: "20261121-040506")
        #expect(run.path == "runs/..-a-b-deadbeef-20261121-040506")
        #expect(run.experiment == "\(run.path)/experiment.json")
        #expect(run.node(NodeID(3)).endpoint == "\(run.path)/nodes/3/endpoint.json")
        #expect(run.node(NodeID(3)).snapshot(rounds: 40) == "\(run.path)/nodes/3/snapshots/40.bin")
    }

    @Test("rounds are read back from names of files")
    func rounds() {
        #expect(NodeDirectory.rounds(ofSnapshot: "40.bin") == 40)
        #expect(NodeDirectory.rounds(ofCheckpoint: "checkpoint-50.bin") == 50)
        for name in ["40.bin.part", ".bin", "-1.bin", "checkpoint-.bin", "x.bin", "checkpoint-1e3.bin"] {
            #expect(NodeDirectory.rounds(ofSnapshot: name) == nil, "\(name)")
            #expect(NodeDirectory.rounds(ofCheckpoint: name) == nil, "\(name)")
        }
    }

    private static let nonce = RunNonce(hashing: "this run")

    @Test("an endpoint reads back equal, with all bits of its incarnation and of its run")
    func endpoint() throws {
        let endpoint = Endpoint(address: "127.0.0.1:7600", pid: 42, incarnation: .max - 1, nonce: Self.nonce)
        #expect(try Endpoint(endpoint.json, name: "endpoint.json") == endpoint)
        let other = String(decoding: endpoint.json, as: UTF8.self).replacing("\(Self.nonce)", with: "7")
        let fault = try #require(throws: ConfigurationFault.self) { try Endpoint(Array(other.utf8), name: "e.json") }
        #expect(fault.description.contains("nonce is '7'; expected 32 hexadecimal digits in lower case"), "\(fault)")
    }

    @Test("a torn endpoint is a fault with its place")
    func tornEndpoint() {
        let whole = Endpoint(address: "127.0.0.1:7600", pid: 42, incarnation: 7, nonce: Self.nonce).json
        for length in 0..<whole.count - 2 {
            #expect(throws: ConfigurationFault.self) { try Endpoint(Array(whole.prefix(length)), name: "e.json") }
        }
    }
}

@Suite("Model file")
struct ModelFileTests {
    private static let file = ModelFile(rounds: 200, model: [0, -1.5, .pi, .leastNonzeroMagnitude, -0.0])

    @Test("reads back the same bits")
    func roundTrip() throws {
        let read = try ModelFile(encoded: Self.file.encoded)
        #expect(read == Self.file)
        #expect(read.model.map(\.bitPattern) == Self.file.model.map(\.bitPattern))
        #expect(try ModelFile(encoded: ModelFile(rounds: 0, model: []).encoded).model.isEmpty)
    }

    @Test("every shortened file is truncated")
    func truncated() {
        let bytes = Self.file.encoded
        for length in bytes.indices {
            #expect(throws: ModelFileFault.truncated) { try ModelFile(encoded: Array(bytes.prefix(length))) }
        }
    }

    @Test("every flipped bit is noticed")
    func altered() {
        let bytes = Self.file.encoded
        for bit in 0..<8 * bytes.count {
            var flipped = bytes
            flipped[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: ModelFileFault.self) { try ModelFile(encoded: flipped) }
        }
        #expect(throws: ModelFileFault.altered) { try ModelFile(encoded: bytes + [0]) }
    }

    @Test("it says what the vector is called, and its shape")
    func named() throws {
        let read = try ModelFile(encoded: Self.file.encoded)
        #expect(read.name == "model" && read.shape == [5])
        #expect(Array(Self.file.encoded[12..<23]) == [5] + Array("model".utf8) + [1, 5, 0, 0, 0])
    }

    @Test("a later version, an earlier one and a foreign file are told apart")
    func versions() {
        var bytes = Self.file.encoded
        bytes[4] = 3
        #expect(throws: ModelFileFault.newerVersion(3)) { try ModelFile(encoded: bytes) }
        bytes[4] = 1
        #expect(throws: ModelFileFault.olderVersion(1)) { try ModelFile(encoded: bytes) }
        let foreign = Array("{\"rounds\": 3, \"model\": []}".utf8)
        #expect(throws: ModelFileFault.foreignFormat) { try ModelFile(encoded: foreign) }
    }

    @Test("the digest is SHA-256 over index and model, ascending")
    func digest() {
        var bytes: [UInt8] = [2, 0, 0, 0, 0, 0, 0x80, 0x3F]
        bytes += [9, 1, 0, 0, 0, 0, 0, 0xC0]
        let models: [(node: NodeID, model: [Float])] = [(NodeID(2), [1]), (NodeID(265), [-2])]
        #expect(modelDigest(models) == SHA256.hash(bytes))
        #expect(modelDigest(models) != modelDigest([(NodeID(2), [1]), (NodeID(265), [2])]))
    }
}
