
import Foundation
import Testing
import Registry
@testable import Harness
@Suite("TempTable")
struct TempTableTests {
    @Test func table() throws {
        let request = PackRequest(scale: .quick, images: .digits)
        let material = try ImageMaterial(StrategicImages.plain(request), ridge: 1, isCancelled: { false })
        print("material", material.training.count)
        let clock = ContinuousClock()
        for (strength, noise) in [(1.0, 0.6), (0.01, 0.6), (100, 0.6), (1, 0)] {
            for isSum in [false, true] {
                for wanted in [1e-2, 1e-3, 1e-4] {
                    let start = clock.now
                    let a = SumAgainstMean.accuracies(material, strength, noise, isSum: isSum, wanted: wanted) { clock.now - start > .seconds(40) }
                    print("RESULT", strength, noise, isSum, wanted, a.map { $0 ?? -1 }, clock.now - start)
                }
            }
        }
    }
}
