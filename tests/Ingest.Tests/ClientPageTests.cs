using CityTwin.Testing;
using Xunit;

namespace CityTwin.Ingest.Tests;

public sealed class ClientPageTests
{
    [Fact]
    public void Limits_that_the_page_for_clients_names_are_those_in_code()
    {
        var found = ClientPage.LimitsIn(typeof(IngestOptions).Assembly);

        Assert.NotEmpty(found);
        Assert.All(found, limit => Assert.True(limit.Said == limit.Has, $"The page says {limit.Said} for {limit.Limit}, which is {limit.Has}."));
    }
}
