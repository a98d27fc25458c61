using CityTwin.Core.Breaches.Chances;
using Xunit;

namespace CityTwin.Core.Tests.Breaches.Chances;

public sealed class NormalDistributionTests
{
    [Theory]
    [InlineData(-37.0, 5.725571222524577e-300)]
    [InlineData(-20.0, 2.7536241186062337e-89)]
    [InlineData(-8.25, 7.919726314642477e-17)]
    [InlineData(-5.7, 5.990371401063528e-09)]
    [InlineData(-5.5, 1.8989562465887718e-08)]
    [InlineData(-3.0, 0.0013498980316300946)]
    [InlineData(-1.5, 0.06680720126885807)]
    [InlineData(-0.7, 0.24196365222307303)]
    [InlineData(-0.67, 0.2514288950953101)]
    [InlineData(-0.1, 0.460172162722971)]
    [InlineData(0.05, 0.5199388058383725)]
    [InlineData(0.5, 0.6914624612740131)]
    [InlineData(0.6745, 0.7500032571363008)]
    [InlineData(1.0, 0.8413447460685429)]
    [InlineData(2.5, 0.9937903346742238)]
    [InlineData(6.0, 0.9999999990134123)]
    public void Distribution_function_gives_the_known_values(double z, double expected) =>
        Assert.InRange(Math.Abs(NormalDistribution.Cdf(z) - expected), 0, 4e-15 * expected);

    [Fact]
    public void Distribution_function_ends_at_0_and_1() =>
        Assert.Equal((0.0, 0.5, 1.0), (
            NormalDistribution.Cdf(double.NegativeInfinity), NormalDistribution.Cdf(0), NormalDistribution.Cdf(double.PositiveInfinity)));

    [Theory]
    [InlineData(0.975, 1.959963984540054)]
    [InlineData(0.995, 2.5758293035489004)]
    [InlineData(0.25, -0.6744897501960817)]
    [InlineData(1e-20, -9.262340089798408)]
    public void Quantile_gives_the_known_values(double probability, double expected) =>
        Assert.InRange(NormalDistribution.Quantile(probability), expected - 2e-15 * Math.Abs(expected), expected + 2e-15 * Math.Abs(expected));

    [Fact]
    public void Quantile_undoes_the_distribution_function()
    {
        for (var z = -8.0; z <= 5; z += 0.01)
        {
            // Near 1 a probability says little about z: its rounding is the tolerance there.
            var tolerance = 1e-14 + (1.2e-16 / (Math.Exp(-z * z / 2) * 0.3989) * Math.Max(0, Math.Sign(z)));
            Assert.InRange(NormalDistribution.Quantile(NormalDistribution.Cdf(z)), z - tolerance, z + tolerance);
        }
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(1.1)]
    [InlineData(double.NaN)]
    public void Quantile_of_no_probability_is_refused(double probability) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => NormalDistribution.Quantile(probability));
}
