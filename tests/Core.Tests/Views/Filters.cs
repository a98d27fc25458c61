using CityTwin.Core.Alerts;
using CityTwin.Core.Model;
using CityTwin.Core.Sensing;
using CityTwin.Core.Views;
using CityTwin.Core.Views.Filtering;
using CityTwin.Testing.Cities;
using CsCheck;
using Xunit;

namespace CityTwin.Core.Tests.Views;

public sealed class Filters
{
    private static readonly Gen<string> Text = Gen.String[Gen.Char[' ', '~'], 0, 12];

    private static Gen<string> OneOf(params string[] words) => Gen.Int[0, words.Length - 1].Select(i => words[i]);

    private static readonly Gen<FilterExpression> Leaf = Gen.OneOf(
        Gen.Select(OneOf("kind", "status.level", "a_b.c"), Gen.Enum<FilterOperator>(), Text, Gen.Bool,
            (path, operation, text, star) => (FilterExpression)new Comparison(0, path, operation, star ? new(0, "*", true) : new(0, text, false))),
        Gen.Select(OneOf("within", "downstream_of"), Text, (name, text) => (FilterExpression)new FunctionCall(0, name, new(0, text, false))));

    private static readonly Gen<FilterExpression> Filter = Gen.Recursive<FilterExpression>((depth, inner) => depth > 4 ? Leaf : Gen.OneOf(
        Leaf,
        inner.Array[2, 3].Select(terms => (FilterExpression)new AllOf(0, [.. terms])),
        inner.Array[2, 3].Select(terms => (FilterExpression)new AnyOf(0, [.. terms])),
        inner.Select(term => (FilterExpression)new Negation(0, term))));

    [Fact]
    public void Reading_what_was_written_gives_the_same_filter() => Filter.Sample(filter =>
    {
        var (read, fault) = FilterParser.Parse(FilterPrinter.Print(filter));
        Assert.Null(fault);
        Assert.True(Same(filter, read!), FilterPrinter.Print(filter));
    });

    [Fact]
    public void Nothing_that_is_read_throws() => Gen.OneOf(
        Gen.String,
        OneOf("AND", "OR", "NOT", "(", ")", "kind", "=", ":", "\"a\"", "'", "\\", "*", "within(", "level<=", " ").Array[0, 40].Select(string.Concat))
        .Sample(text =>
        {
            var (filter, fault) = FilterParser.Parse(text);
            Assert.True(filter is null || fault is null);
            Assert.True(fault is null || (fault.Position >= 0 && fault.Position <= text.Length));
        });

    [Theory]
    [InlineData("kind = ", 7, "FILTER_UNEXPECTED")]
    [InlineData("kind = \"open", 7, "FILTER_UNCLOSED_QUOTE")]
    [InlineData("kind = a AND", 12, "FILTER_UNEXPECTED")]
    [InlineData("kind = a zone = b", 9, "FILTER_UNEXPECTED")]
    [InlineData("(kind = a", 9, "FILTER_UNEXPECTED")]
    [InlineData("kind = a*", 7, "FILTER_UNEXPECTED")]
    [InlineData("colour = a", 0, "FILTER_UNKNOWN_FIELD")]
    [InlineData("kind = a AND near(b)", 13, "FILTER_UNKNOWN_FUNCTION")]
    [InlineData("within(zones/nowhere)", 7, "FILTER_UNKNOWN_NAME")]
    [InlineData("zone = harbour", 7, "FILTER_WRONG_VALUE")]
    [InlineData("value > high", 8, "FILTER_WRONG_VALUE")]
    [InlineData("quality = SPLENDID", 10, "FILTER_WRONG_VALUE")]
    [InlineData("kind < a", 7, "FILTER_WRONG_VALUE")]
    public void A_fault_tells_its_position(string text, int position, string code)
    {
        var (_, fault) = Compile(text);

        Assert.Equal((position, code), (fault!.Position, fault.Code));
    }

    [Fact]
    public void Too_long_too_deep_and_too_many_are_refused()
    {
        Assert.Equal("FILTER_TOO_LONG", FilterParser.Parse(new string('a', FilterParser.LengthMax + 1)).Fault!.Code);
        Assert.Equal("FILTER_TOO_DEEP", FilterParser.Parse(new string('(', 100)).Fault!.Code);
        Assert.Equal("FILTER_TOO_MANY_TERMS", FilterParser.Parse(string.Join(" OR ", Enumerable.Repeat("a=1", 300))).Fault!.Code);
    }

    [Theory]
    [InlineData("", 5)]
    [InlineData("role = MEASUREMENT", 3)]
    [InlineData("role = SENSOR_ROLE_MEASUREMENT AND quality = GOOD", 1)]
    [InlineData("value >= 230.5", 1)]
    [InlineData("value:*", 1)]
    [InlineData("NOT value:*", 4)]
    [InlineData("value != 1", 1)]
    [InlineData("display_name:meter", 3)]
    [InlineData("kind = camera OR kind = breaker AND zone = \"zones/hospital\"", 1)]
    [InlineData("(kind = breaker) OR (kind = camera AND zone = zones/hospital)", 2)]
    [InlineData("within(zones/north)", 5)]
    [InlineData("within(zones/hospital)", 1)]
    [InlineData("downstream_of(segments/substation) AND role != STATUS", 3)]
    [InlineData("observe_time > \"2026-05-01T00:00:00Z\"", 1)]
    public void A_filter_selects_sensors(string text, int expected)
    {
        var (match, fault) = Compile(text);

        Assert.Null(fault);
        var version = Version();
        Assert.Equal(expected, Enumerable.Range(0, version.Sensors.Count).Count(sensor => match!(version, sensor)));
    }

    [Theory]
    [InlineData("downstream_of(segments/substation)", "battery busbar cable end pump")]
    [InlineData("downstream_of(segments/cable)", "battery busbar end")]
    [InlineData("level_permille < 1000", "pump")]
    [InlineData("network = grid AND NOT kind = node", "cable")]
    public void A_filter_selects_segments(string text, string expected)
    {
        var version = Version();
        var (match, fault) = FilterSchemas.Segments.Compile(FilterParser.Parse(text).Filter, version);

        Assert.Null(fault);
        Assert.Equal(expected.Split(' '), version.Index.City.Segments.Where((_, i) => match!(version, i)).Select(segment => segment.Id.Value));
    }

    [Fact]
    public void What_a_filter_narrows_down_to_holds_all_it_means()
    {
        var version = Version();
        var term = OneOf("kind = voltage", "kind = flow", "kind = nothing", "zone = zones/harbour", "segment = segments/cable", "unit = V",
            "quality = GOOD", "kind != flow", "segment:*", "within(zones/hospital)");
        var filter = Gen.Select(term.Array[1, 3], Gen.Bool.Array[2, 2], Gen.Bool, (terms, or, not) =>
            (not ? "NOT " : "") + terms.Skip(1).Select((next, i) => (or[i] ? " OR " : " AND ") + next).Aggregate(terms[0], (text, next) => text + next));

        filter.Sample(text =>
        {
            var read = FilterParser.Parse(text).Filter;
            var match = FilterSchemas.Sensors.Compile(read, version).Match!;
            var among = FilterSchemas.Sensors.Narrow(read, version.Index);
            var all = Enumerable.Range(0, version.Sensors.Count).ToList();
            Assert.Equal(all.Where(place => match(version, place)), (among?.AsEnumerable() ?? all).Where(place => match(version, place)));
        });
    }

    [Theory]
    [InlineData("kind = flow", 1)]
    [InlineData("quality = GOOD AND kind = voltage", 2)]
    [InlineData("kind = flow OR kind = camera", 2)]
    [InlineData("segment = \"segments/cable\" AND kind = flow", 1)]
    [InlineData("kind = nothing", 0)]
    [InlineData("quality = GOOD", null)]
    [InlineData("NOT kind = flow", null)]
    [InlineData("kind = flow OR quality = GOOD", null)]
    [InlineData("", null)]
    public void A_filter_looks_only_where_its_fixed_fields_allow(string text, int? places) =>
        Assert.Equal(places, FilterSchemas.Sensors.Narrow(FilterParser.Parse(text).Filter, Version().Index)?.Length);

    [Fact]
    public void Severities_are_ordered()
    {
        var version = Version();
        var match = FilterSchemas.Alerts.Compile(FilterParser.Parse("severity >= SERIOUS AND within(zones/north)").Filter, version).Match!;

        Assert.Equal("b.zone.harbour", Assert.Single(version.Alerts.Values, alert => match(version, alert)).Status.Id.Value);
    }

    private static CityVersion Version()
    {
        var rows = new Rows(HarbourCity.Of());
        var view = new CityView(new(HarbourCity.Of()), "epoch");
        return view.Apply(
        [
            rows.Reading("meter-00001", 231, SensorCondition.Good),
            rows.Alert("a.zone.harbour", AlertSeverity.Warning),
            rows.Alert("b.zone.harbour", AlertSeverity.Critical),
            rows.Batch("pump", 500, ("pump", 500)),
        ]);
    }

    private static (Match<int>? Match, FilterFault? Fault) Compile(string text)
    {
        var (filter, fault) = FilterParser.Parse(text);
        return fault is null ? FilterSchemas.Sensors.Compile(filter, Version()) : (null, fault);
    }

    private static bool Same(FilterExpression a, FilterExpression b) => (a, b) switch
    {
        (AllOf x, AllOf y) => x.Terms.Length == y.Terms.Length && x.Terms.Zip(y.Terms).All(pair => Same(pair.First, pair.Second)),
        (AnyOf x, AnyOf y) => x.Terms.Length == y.Terms.Length && x.Terms.Zip(y.Terms).All(pair => Same(pair.First, pair.Second)),
        (Negation x, Negation y) => Same(x.Term, y.Term),
        (Comparison x, Comparison y) => (x.Path, x.Operator, x.Value.Text, x.Value.IsStar) == (y.Path, y.Operator, y.Value.Text, y.Value.IsStar),
        (FunctionCall x, FunctionCall y) => (x.Function, x.Argument.Text) == (y.Function, y.Argument.Text),
        _ => false,
    };
}
