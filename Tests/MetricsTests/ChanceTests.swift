// The accuracy of guessing, in numbers that can be checked by hand.
import Testing

@testable import Metrics

@Suite("Chance")
struct ChanceTests {
    @Test("is the share of the most frequent class, with three standard errors beyond it")
    func formula() {
        let two = Chance(classes: [500, 500])
        // √(1/4 / 1000) is 0.01581.
        #expect(two.share == 0.5 && abs(two.margin - 0.047434) < 1e-6)
        let uneven = Chance(classes: [10, 90])
        #expect(uneven.share == 0.9 && abs(uneven.margin - 0.09) < 1e-12)
        #expect(Chance(classes: [25, 25, 25, 25]).share == 0.25)
    }

    @Test("is beaten only beyond its margin", arguments: [(0.5, false), (0.5474, false), (0.5475, true), (1, true)])
    func beaten(accuracy: Double, isBeaten: Bool) {
        #expect(Chance(classes: [500, 500]).isBeaten(by: accuracy) == isBeaten)
        #expect(!Chance(classes: [500, 500]).isBeaten(by: .nan))
    }

    @Test(
        "cannot be beaten on a few samples, on one class, and on nothing",
        arguments: [[2, 2], [100], [100, 0], [], [0]])
    func hopeless(classes: [Int]) {
        #expect(!Chance(classes: classes).canBeBeaten)
        #expect(!Chance(classes: classes).isBeaten(by: 1))
    }
}
