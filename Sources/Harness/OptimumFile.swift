// The optimum of a run's training problem in a file beside the run, so that it is solved once. Little-endian:
//
//   magic "GSPO" | version u8 | kind of certificate u8 | 2 zero bytes | experiment 32 bytes
//   | measured f64 | convexity f64 | value f64 | count u32 | doubles | XXH64 of all before
import Kernels
import Learning
import Platform

/// `optimum.bin` of a run directory.
struct OptimumFile {
    private static let head: [UInt8] = Array("GSPO".utf8) + [1]
    private static let headerBytes = 68

    let path: String
    /// The identity of the experiment, 32 bytes.
    let experiment: [UInt8]

    init(_ path: String, experiment: [UInt8]) {
        self.path = path
        self.experiment = experiment
    }

    /// Not being able to keep it costs the time to find it again.
    func write(_ optimum: Optimum) {
        let certificate = optimum.certificate
        let kind = Certificate.Kind.allCases.firstIndex(of: certificate.kind) ?? 0
        var bytes = Self.head + [UInt8(kind), 0, 0] + experiment
        for number in [certificate.measured, certificate.convexity, optimum.value] {
            bytes.append(littleEndian: number.bitPattern)
        }
        bytes.append(littleEndian: UInt32(optimum.point.count))
        for number in optimum.point { bytes.append(littleEndian: number.bitPattern) }
        bytes.append(littleEndian: XXH64.hash(bytes))
        try? Files.write(bytes, to: path)
    }

    /// `nil` where there is none, it is of another experiment, or any byte of it was changed.
    func read() -> Optimum? {
        guard let bytes = try? Files.read(path), bytes.count >= Self.headerBytes + 8, bytes.starts(with: Self.head),
            Array(bytes[8..<40]) == experiment, Int(bytes[5]) < Certificate.Kind.allCases.count
        else { return nil }
        func number(_ offset: Int) -> Double { Double(bitPattern: bytes.integer(at: offset, as: UInt64.self)) }
        let end = bytes.count - 8
        let count = Int(bytes.integer(at: 64, as: UInt32.self))
        guard end == Self.headerBytes + 8 * count,
            bytes.integer(at: end, as: UInt64.self) == XXH64.hash(Array(bytes[..<end]))
        else { return nil }
        return Optimum(
            point: (0..<count).map { number(Self.headerBytes + 8 * $0) }, value: number(56),
            certificate: Certificate(
                Certificate.Kind.allCases[Int(bytes[5])], number(40), convexity: number(48)))
    }
}
