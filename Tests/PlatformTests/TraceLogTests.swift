// Traces on disk: gone on with after the last whole record, whatever happened to the process, and bounded where old
// records are not kept.
import Kernels
import Metrics
import Registry
import Scenario
import TestSupport
import Testing

@testable import Platform

@Suite("Trace log")
struct TraceLogTests: ~Copyable {
    private static let header = TraceHeader(of: NodeID(3), experiment: [UInt8](0..<32), dimension: 650)
    private let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory() }

    private var path: String { "\(folder.path)/trace.bin" }

    private static func line(_ round: Int, degree: Int = 6) -> TraceLine {
        let inputs = (0...degree).map {
            TraceLine.Input(
                sender: NodeID($0), round: Round(round), digest: UInt64(round * 31 + $0) &* 0x9E37_79B9_7F4A_7C15)
        }
        return TraceLine(round: Round(round), inputs: inputs, result: UInt64(round))
    }

    private static func lines(_ rounds: Range<Int>) -> [TraceLine] { rounds.map { line($0) } }

    private func log(keeping: TraceKeeping = .full) throws -> TraceLog {
        try TraceLog(path, Self.header, keeps: keeping)
    }

    @Test("later processes go on where earlier ones ended, and cut off what one left half written")
    func goesOn() throws {
        let whole = Self.header.bytes(Self.lines(0..<6))
        let bounds = (0...6).map { Self.header.bytes(Self.lines(0..<$0)).count }
        for cut in [0, 1, 11, bounds[0] - 1, bounds[0], bounds[0] + 3, bounds[2], bounds[3] + 40, bounds[6] - 1] {
            try Files.write(Array(whole.prefix(cut)), to: path)
            let known = bounds.dropFirst().count { $0 <= cut }
            let log = try log()
            for round in known..<9 { try log.append(Self.line(round)) }
            #expect(try Files.read(path) == Self.header.bytes(Self.lines(0..<9)), "cut at \(cut)")
        }
    }

    @Test("it goes on from no trace that is another's or broken, and leaves it as it is")
    func refuses() throws {
        let whole = Self.header.bytes(Self.lines(0..<6))
        let other = TraceHeader(of: NodeID(4), experiment: Self.header.experiment, dimension: 650)
        for bytes in [whole + whole.suffix(50), other.bytes(Self.lines(0..<6)), Array("{\"round\":0}\n".utf8)] {
            try Files.write(bytes, to: path)
            #expect(throws: ConfigurationFault.self) { try log() }
            #expect(try Files.read(path) == bytes)
        }
    }

    @Test("a disk that is full takes nothing, and the first record brings the header when there is room")
    func fullDisk() throws {
        #expect(try ChildProcess("/bin/ln", ["-s", "/dev/full", path]).wait() == .exited(0))
        let onFullDisk = try log()
        for _ in 0..<2 {
            let fault = #expect(throws: SystemFault.self) { try onFullDisk.append(Self.line(0)) }
            #expect(fault?.isFullDisk == true)
        }
        Files.remove(path)
        let log = try log()
        #expect(Files.size(of: path) == 0)
        try log.append(Self.line(0))
        #expect(try Files.read(path) == Self.header.bytes(Self.lines(0..<1)))
    }

    @Test("of a long trace only the end is read, and found to be broken where it is")
    func tail() throws {
        let lines = Self.lines(0..<4000)
        let bytes = Self.header.bytes(lines)
        #expect(bytes.count > 4 * TraceTail.usualBytes)
        try Files.write(bytes, to: path)
        let tail = try #require(try TraceTail.read(path, of: Self.header))
        #expect(tail.size == bytes.count && tail.records.last?.number == 3999)
        #expect(
            (500..<1000).contains(tail.records.count) && tail.records.map(\.line) == lines.suffix(tail.records.count))
        #expect(try TraceTail.read(path, of: nil, bytes: 16)?.records.last?.line == lines.last)
        #expect(try #require(try TraceTail.read(path, of: nil, atLeast: 2500)).records.count >= 2500)
        #expect(try TraceTail.read(path, of: nil, atLeast: 9999)?.records.count == 4000)

        var altered = bytes
        altered[bytes.count - 1000] ^= 4
        try Files.write(altered, to: path)
        let fault = #expect(throws: ConfigurationFault.self) { _ = try TraceTail.read(path, of: Self.header) }
        #expect(fault?.description.contains("does not follow from the one before it") == true)
        // What is far in front is for whoever reads it all.
        altered = bytes
        altered[1000] ^= 4
        try Files.write(altered, to: path)
        #expect(try TraceTail.read(path, of: Self.header)?.records.last?.number == 3999)
    }

    /// Writes a record of this round into a trace of which the recent part is kept.
    private typealias Writer = (TraceLine) throws -> Void

    /// Whether a trace stays bounded, and at every moment is one from which a node can come back.
    private static func violations(at path: String, _ write: Writer) throws -> [String] {
        var violations: [String] = []
        for round in 0..<9000 {
            try write(line(round))
            guard round % 400 == 399 else { continue }
            let size = Files.size(of: path) ?? 0
            if size > TraceLog.mostBytes { violations.append("\(size) bytes after round \(round)") }
            let tail = try? TraceTail.read(path, of: header)
            if tail?.records.last?.number != round || tail?.records.last?.line != line(round) {
                violations.append("the last record is not that of round \(round)")
            }
        }
        return violations
    }

    @Test("where old records are not kept it stays bounded, and whoever dies at any moment can come back")
    func recent() throws {
        // As a process leaves it that was killed while it wrote the shorter file.
        try Files.write(Array("half".utf8), to: "\(path).part")
        var log = try log(keeping: .recent)
        let violations = try Self.violations(at: path) { line in
            if line.round.number % 1000 == 0 { log = try self.log(keeping: .recent) }
            try log.append(line)
            try log.trim()
        }
        #expect(violations.isEmpty, "\(violations)")
        let file = try TraceFile(Files.read(path), of: Self.header)
        #expect(file.dropped > 6000 && file.records.first?.number == file.dropped)
        #expect(file.lines == Self.lines(file.dropped..<9000))
        #expect(!Files.exists("\(path).part") && !log.isDeleted)

        // Wrong on purpose: one that keeps all, and one that begins anew whenever it is full.
        Files.remove(path)
        let whole = try self.log()
        #expect(try !Self.violations(at: path) { try whole.append($0) }.isEmpty)
        Files.remove(path)
        var forgetful = try self.log()
        let path = path
        #expect(
            try !Self.violations(at: path) { line in
                try forgetful.append(line)
                guard Files.size(of: path) ?? 0 > TraceLog.mostBytes / 2 else { return }
                Files.remove(path)
                forgetful = try TraceLog(path, Self.header)
            }.isEmpty)
    }

    @Test("where the shorter file cannot be made it goes on in the longer one, and tries again")
    func cannotTrim() throws {
        let log = try log(keeping: .recent)
        try Files.makeDirectory("\(path).part/inner")
        var faults = 0
        for round in 0..<4000 {
            try log.append(Self.line(round))
            do { try log.trim() } catch { faults += 1 }
        }
        #expect((1...4).contains(faults))
        #expect(try TraceFile(Files.read(path)).lines == Self.lines(0..<4000))
        Files.removeTree("\(path).part")
        for round in 4000..<5000 {
            try log.append(Self.line(round))
            try log.trim()
        }
        #expect(try #require(Files.size(of: path)) < TraceLog.mostBytes)
        #expect(try TraceTail.read(path, of: Self.header)?.records.last?.number == 4999)
    }

    @Test("an endpoint's file is read no further than one can be long")
    func endpoint() throws {
        let path = "\(folder.path)/endpoint.json"
        let endpoint = Endpoint(address: "127.0.0.1:7600", pid: 42, incarnation: 7, nonce: .none)
        try Files.write(endpoint.json, to: path)
        #expect(Endpoint.read(path) == endpoint)
        try Files.write(endpoint.json + [UInt8](repeating: 0x20, count: 4096), to: path)
        #expect(Endpoint.read(path) == nil)
    }
}
