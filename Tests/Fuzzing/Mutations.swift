// Mutations: inputs near a seed, for runs without a fuzzer. A fuzzer that sees which lines are reached finds more.
import Kernels

/// Inputs made of seeds; the same for the same number.
public struct Mutations {
    private let seeds: [[UInt8]]
    private var random: RandomStream
    /// Bytes that texts and headers turn on.
    private static let favourites: [UInt8] = Array("019-.,:;#<>&\"'[]{}()/= \n".utf8) + [0x80, 0xFF, 0x7F]

    /// - Parameters:
    ///   - seeds: at least one.
    ///   - number: which inputs.
    public init(of seeds: [[UInt8]], number: Int) {
        precondition(!seeds.isEmpty, "there is something to change")
        self.seeds = seeds
        random = RandomStream(seed: UInt64(number), purpose: .faults)
    }

    public mutating func next() -> [UInt8] {
        var bytes = seeds[random.below(seeds.count)]
        for _ in 0...random.below(4) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let position = random.below(bytes.count + 1)
        switch random.below(7) {
        case 0: bytes.removeLast(bytes.count - position)
        case 1: bytes.insert(contentsOf: (0...random.below(8)).map { _ in UInt8(random.below(256)) }, at: position)
        case 2: bytes.insert(Self.favourites[random.below(Self.favourites.count)], at: position)
        case 3:
            let other = seeds[random.below(seeds.count)]
            bytes = Array(bytes.prefix(position)) + other.suffix(random.below(other.count + 1))
        case 4:
            let end = min(bytes.count, position + 1 + random.below(16))
            bytes.insert(contentsOf: bytes[position..<end], at: end)
        case 5 where position < bytes.count: bytes[position] ^= 1 << UInt8(random.below(8))
        default:
            guard position < bytes.count else { return }
            bytes[position] = Self.favourites[random.below(Self.favourites.count)]
        }
    }
}
