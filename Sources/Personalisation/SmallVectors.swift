// What formulas of this module are written with: operators on vectors, and powers and roots of one number.
import Kernels

/// Plain + would join them.
infix operator .+ : AdditionPrecedence

func .+ (x: [Double], y: [Double]) -> [Double] { x.moved(1, along: y) }
func - (x: [Double], y: [Double]) -> [Double] { x.minus(y) }
func * (factor: Double, x: [Double]) -> [Double] { x.scaled(by: factor) }

/// The product of a matrix, row after row, with a vector.
func product(_ matrix: [Double], _ x: [Double]) -> [Double] {
    let size = x.count
    return (0..<matrix.count / size).map { row in
        var sum = 0.0
        for column in 0..<size { sum += matrix[row * size + column] * x[column] }
        return sum
    }
}

/// xᵃ of x ≥ 0; 0⁰ is 1.
func raised(_ x: Double, _ exponent: Double) -> Double {
    switch exponent {
    case 0: 1
    case 1: x
    case 2: x * x
    default: x > 0 ? Elementary.exp(exponent * Elementary.log(x)) : exponent > 0 ? 0 : .infinity
    }
}

/// x, or −x where `like` is negative.
func signed(_ x: Double, like: Double) -> Double { like < 0 ? -x : x }

/// ‖x‖_q, q from 1 to infinity; scaled, so that no power overflows.
public func orderNorm(_ x: [Double], _ q: Double) -> Double {
    let greatest = x.reduce(0) { max($0, abs($1)) }
    guard greatest > 0, q < .infinity else { return greatest }
    if q == 1 { return x.reduce(0) { $0 + abs($1) } }
    return greatest * raised(x.reduce(0) { $0 + raised(abs($1) / greatest, q) }, 1 / q)
}

/// z ≥ 0 with z + s zᵃ = v, to rounding: Newton's method from above on the side on which the equation is convex.
///
/// - Parameters:
///   - v: at least 0.
///   - slope: s ≥ 0.
///   - exponent: a > 0.
func shrunk(_ v: Double, slope: Double, exponent: Double) -> Double {
    guard v > 0, slope > 0 else { return v }
    guard slope < .infinity else { return 0 }
    guard exponent != 1 else { return v / (1 + slope) }
    // For a < 1 the unknown is zᵃ: x^{1/a} + s x = v.
    let isConvex = exponent > 1
    let power = isConvex ? exponent : 1 / exponent
    let (linear, steep) = isConvex ? (1, slope) : (slope, 1)
    var x = min(v / linear, raised(v / steep, 1 / power))
    for _ in 0..<100 {
        let rest = raised(x, power - 1) * steep
        let next = x - (x * (linear + rest) - v) / (linear + power * rest)
        guard next < x, next >= 0 else { break }
        x = next
    }
    return isConvex ? x : raised(x, power)
}

/// Where a function that is above 0 at the lower end of a range crosses 0, to rounding; the upper end where it never
/// does. Chords with one end halved (Illinois), and now and then the middle.
func crossing(in range: ClosedRange<Double>, of function: (Double) -> Double) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    var (atLow, atHigh) = (function(low), function(high))
    guard atLow > 0 else { return low }
    guard atHigh < 0 else { return high }
    for step in 0..<200 {
        let least = 2 * max(low.ulp, high.ulp)
        guard high - low > 2 * least else { break }
        let chord = high - atHigh * (high - low) / (atHigh - atLow)
        let isFine = step % 4 < 3 && chord >= low && chord <= high
        // A chord that ends at the root itself steps beyond it, so that both ends come to it.
        let middle = isFine ? min(max(chord, low + least), high - least) : low + (high - low) / 2
        let value = function(middle)
        if value == 0 { return middle }
        if value > 0 {
            (low, atLow) = (middle, value)
            atHigh /= 2
        } else {
            (high, atHigh) = (middle, value)
            atLow /= 2
        }
    }
    return low + (high - low) / 2
}
