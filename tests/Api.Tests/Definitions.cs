using System.Text;
using CityTwin.Api.Definitions;
using CityTwin.Core.Audit;
using CityTwin.Core.Dependencies;
using CityTwin.Core.Model;
using CityTwin.Grains.Cascades;
using CityTwin.Protocol.V1;
using CityTwin.Testing.Cities;
using DefinitionService = CityTwin.Protocol.V1.DefinitionService;
using Google.Protobuf;
using Grpc.Core;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>A changed definition over the public interface: told first, then ordered; here a bundle is the name of a city.</summary>
public sealed class Definitions : IAsyncLifetime
{
    private const string NoSubstation = "the pump needs what is open";
    private readonly ApiServer _server = new();

    private DefinitionService.DefinitionServiceClient Client => new(_server.Channel);

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    internal static CityDefinitions Of(List<City> kept) => new(
        bundle => Encoding.UTF8.GetString(bundle.Span) switch
        {
            NoSubstation => new(Changed(), [new(false, "city.json $.name", "doubtful", "Odd.")]),
            "same" => new(HarbourCity.Of(), []),
            _ => new(null, [new(true, "city.json $.layers", "wrong-type", "No layers."), new(true, "zones.geojson", "truncated", "Half a file.")]),
        },
        city => Encoding.UTF8.GetBytes(city.Name),
        (before, after) => [new(DifferenceKind.Added, "segment", "tie", [])],
        (city, _) =>
        {
            kept.Add(city);
            return Task.CompletedTask;
        });

    [Fact]
    public async Task Preview_tells_what_differs_and_which_levels_move_and_keeps_nothing()
    {
        var preview = await Client.ApplyDefinitionAsync(
            new() { Bundle = ByteString.CopyFromUtf8(NoSubstation), Principal = "ada", ValidateOnly = true }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(["segments/pump", "segments/tie"], preview.LevelMoves.Select(move => move.Name));
        Assert.All(preview.LevelMoves, move => Assert.Equal((1000, 0), (move.BeforePermille, move.AfterPermille)));
        Assert.Equal((1, "tie"), (preview.DifferenceCount, Assert.Single(preview.Differences).Id));
        Assert.Equal(("", ""), (preview.Cascade, preview.ResourceVersion));
        Assert.Single(preview.Warnings);
        Assert.Empty(_server.Kept);
        Assert.Empty(_server.Grains.Definitions);
        Assert.Equal(AuditKind.Simulation, Assert.Single(_server.Audit.Entries).Kind);
    }

    [Fact]
    public async Task Order_is_kept_and_given_to_the_coordinator_with_who_and_why()
    {
        var applied = await Client.ApplyDefinitionAsync(
            new() { Bundle = ByteString.CopyFromUtf8(NoSubstation), Principal = "ada", Reason = "rebuilt" }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("cascades/12", applied.Cascade);
        Assert.Equal(new(Changed().Hash, _server.City.Hash, "ada", "rebuilt"), Assert.Single(_server.Grains.Definitions));
        Assert.Equal(Changed().Hash, Assert.Single(_server.Kept).Hash);
    }

    [Theory]
    [InlineData("same", "", StatusCode.OK)]
    [InlineData("nonsense", "", StatusCode.InvalidArgument)]
    [InlineData(NoSubstation, "0000", StatusCode.FailedPrecondition)]
    public async Task Nothing_is_ordered_where_nothing_changes_or_something_is_wrong(string bundle, string expected, StatusCode code)
    {
        var request = new ApplyDefinitionRequest { Bundle = ByteString.CopyFromUtf8(bundle), ExpectedHash = expected, Principal = "ada", Reason = "why not" };
        var refused = await Record.ExceptionAsync(async () => await Client.ApplyDefinitionAsync(request, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(code, (refused as RpcException)?.StatusCode ?? StatusCode.OK);
        Assert.Empty(_server.Grains.Definitions);
    }

    /// <summary>Repeated after a lost answer, it is told as done, whatever was in force before.</summary>
    [Fact]
    public async Task Definition_that_is_in_force_is_told_as_that_also_to_who_expected_the_one_before_it()
    {
        var request = new ApplyDefinitionRequest { Bundle = ByteString.CopyFromUtf8("same"), ExpectedHash = "0000", Principal = "ada", Reason = "rebuilt" };
        var told = await Client.ApplyDefinitionAsync(request, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((_server.City.Hash.Value, _server.City.Hash.Value), (told.BeforeHash, told.CityHash));
        Assert.Equal(("", $"{_server.View.Current.Seq}.epoch.01234567"), (told.Cascade, told.ResourceVersion));
        Assert.Empty(_server.Grains.Definitions);
    }

    [Fact]
    public async Task Order_to_a_coordinator_that_moves_may_be_given_again()
    {
        _server.Grains.Failure = new CascadeMovesException();
        var request = new ApplyDefinitionRequest { Bundle = ByteString.CopyFromUtf8(NoSubstation), Principal = "ada", Reason = "rebuilt" };
        var start = new StartSegmentsRequest { Names = { "segments/pump" }, Principal = "ada", Reason = "black" };
        foreach (var refused in new[]
        {
            await Assert.ThrowsAsync<RpcException>(async () => await Client.ApplyDefinitionAsync(request, cancellationToken: TestContext.Current.CancellationToken)),
            await Assert.ThrowsAsync<RpcException>(async () => await new SegmentService.SegmentServiceClient(_server.Channel)
                .StartSegmentsAsync(start, cancellationToken: TestContext.Current.CancellationToken)),
        })
        {
            var details = Google.Rpc.Status.Parser.ParseFrom(refused.Trailers.GetValueBytes("grpc-status-details-bin"));
            Assert.Equal((StatusCode.Unavailable, "CLUSTER_UNAVAILABLE"), (refused.StatusCode, details.Details[0].Unpack<Google.Rpc.ErrorInfo>().Reason));
        }

        // Here it was tried again each time before the caller was told.
        Assert.Equal(4, _server.Grains.Definitions.Count);
        Assert.Single(_server.Grains.Starts.Select(order => order.Request).Distinct());
    }

    /// <summary>The harbour with a normally-open tie that the pump needs.</summary>
    private static City Changed()
    {
        var city = HarbourCity.Of(hash: "fedcba98");
        var pump = city.Segments.Single(segment => segment.Id.Value == "pump");
        var tie = pump with { Id = new("tie"), Rule = new(), NormallyOpen = true };
        return city with
        {
            Segments = city.Segments.Replace(pump, pump with { Rule = new(Needs: new Supplier(tie.Id)) }).Add(tie),
        };
    }
}
