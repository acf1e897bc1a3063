namespace OrleansAcd.Audio;

/// <summary>The window that filters here are cut with: its beta trades the steepness of the edge for the depth of the
/// stop band.</summary>
internal static class KaiserWindow
{
    /// <param name="x">0 is the middle, -1 and 1 the ends; beyond them the window is 0.</param>
    public static double At(double x, double beta) =>
        Math.Abs(x) >= 1 ? 0 : BesselI0(beta * Math.Sqrt(1 - (x * x))) / BesselI0(beta);

    private static double BesselI0(double x)
    {
        var (sum, term) = (1.0, 1.0);
        for (var k = 1; k < 64 && term > 1e-12 * sum; k++)
        {
            term *= x * x / (4.0 * k * k);
            sum += term;
        }

        return sum;
    }
}
