// For the linker only: `rounded` and `squareRoot`, exact everywhere, are libm calls.
internal import Glibc

/// A complex number, as far as filter design and spectra need it.
struct Complex: Sendable, Hashable {
  var re: Double
  var im: Double

  init(_ re: Double, _ im: Double = 0) {
    self.re = re
    self.im = im
  }

  /// `exp(i * pi * x)`.
  static func unit(halfTurns x: Double) -> Complex {
    Complex(HalfTurns.cosine(x), HalfTurns.sine(x))
  }

  var isReal: Bool { im == 0 }
  var conjugate: Complex { Complex(re, -im) }
  var squaredMagnitude: Double { re * re + im * im }
  var magnitude: Double { squaredMagnitude.squareRoot() }

  /// The principal square root.
  var squareRoot: Complex {
    let size = magnitude
    let real = ((size + re) / 2).squareRoot()
    let imaginary = ((size - re) / 2).squareRoot()
    // The larger part comes from a sum without cancellation; the other follows from 2 re im.
    if re >= 0 { return real == 0 ? Complex(0) : Complex(real, im / (2 * real)) }
    let signed = im < 0 ? -imaginary : imaginary
    return Complex(im / (2 * signed), signed)
  }

  static func + (a: Complex, b: Complex) -> Complex { Complex(a.re + b.re, a.im + b.im) }
  static func - (a: Complex, b: Complex) -> Complex { Complex(a.re - b.re, a.im - b.im) }
  static func * (a: Complex, b: Complex) -> Complex {
    Complex(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re)
  }
  static func * (a: Complex, b: Double) -> Complex { Complex(a.re * b, a.im * b) }
  static func / (a: Complex, b: Complex) -> Complex {
    let quotient = a * b.conjugate
    let size = b.squaredMagnitude
    return Complex(quotient.re / size, quotient.im / size)
  }
}
