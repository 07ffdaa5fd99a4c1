// Golden data: what numpy makes of random graphs. `Scripts/check-spectra --golden` prints it.
import Foundation
import Testing

struct SpectraOfNumpy: Decodable, Sendable, CustomTestStringConvertible {
    let number: Int
    let nodes: Int
    let edges: [[Int]]
    let gamma, mu2, muMax, weightedMu2, weightedMuMax: Double

    var expected: [Double] { [gamma, mu2, muMax, weightedMu2, weightedMuMax] }
    var testDescription: String { "graph \(number), \(nodes) nodes" }

    static let all = (try? read()) ?? []

    private static func read() throws -> [SpectraOfNumpy] {
        let tests = #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let data = try Data(contentsOf: URL(fileURLWithPath: "/\(tests)/Golden/spectra-numpy.json"))
        return try JSONDecoder().decode([SpectraOfNumpy].self, from: data)
    }
}
