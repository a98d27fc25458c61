using System.Text.Json;
using CityTwin.Core.Health;
using CityTwin.Protocol.V1;
using Xunit;

namespace CityTwin.Api.Tests;

public sealed class Health_of_the_silo : IAsyncLifetime
{
    private readonly ApiServer _server = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _server.InitializeAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Well_silo_has_no_troubles_and_shows_its_cluster()
    {
        _server.Self = _server.Self with { Silos = [new("silo-1", "10.0.0.1:1@1", CityTwin.Core.Health.SiloStanding.Active, DateTimeOffset.UnixEpoch)] };
        var health = await Get();
        Assert.Empty(health.Troubles);
        Assert.Equal(("silo-1", Protocol.V1.SiloStanding.Active), (health.Silos[0].Name, health.Silos[0].Standing));
        Assert.False(health.HasDiskFreeBytes);
    }

    [Fact]
    public async Task Troubles_are_the_same_sentences_over_grpc_and_rest()
    {
        _server.Self = _server.Self with { BrokerTrouble = "refused", DiskFreeBytes = HealthRules.DiskFreeMinBytes - 1, DataFolder = "/data" };
        var expected = HealthRules.Examine(_server.Self);
        var health = await Get();
        using var rest = JsonDocument.Parse(await _server.Http.GetStringAsync("v1/health", Cancellation));
        var told = rest.RootElement.GetProperty("troubles").EnumerateArray().Select(trouble => trouble.GetProperty("text").GetString()!);
        Assert.Equal(expected.Select(trouble => (trouble.Code, trouble.Text, trouble.Advice)), health.Troubles.Select(trouble => (trouble.Code, trouble.Text, trouble.Advice)));
        Assert.Equal([Protocol.V1.TroubleSeverity.Severe, Protocol.V1.TroubleSeverity.Warning], health.Troubles.Select(trouble => trouble.Severity));
        Assert.Equal(expected.Select(trouble => trouble.Text), told);
    }

    private async Task<SiloHealth> Get() =>
        await new HealthService.HealthServiceClient(_server.Channel).GetHealthAsync(new(), cancellationToken: Cancellation);
}
