using System.IO.Pipelines;
using CityTwin.Api.Strictness;
using CityTwin.Api.Zones;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace CityTwin.Api.Tests;

/// <summary>What is strict about requests rests on how the library does things; where another version does them otherwise it must show.</summary>
public sealed class Strict_requests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Server_that_binds_methods_otherwise_does_not_start_and_says_what_to_do()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => StrictMethods.Use(new ServiceCollection()));

        Assert.Contains("let StrictMethods take the place", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Server_whose_own_binding_comes_back_does_not_start()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddGrpc();
        StrictMethods.Use(services);
        using var before = services.BuildServiceProvider();
        StrictMethods.Require<ZoneService>(before);

        services.AddGrpc();
        using var after = services.BuildServiceProvider();
        var failure = Assert.Throws<InvalidOperationException>(() => StrictMethods.Require<ZoneService>(after));

        Assert.Contains("let StrictMethods take the place", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sender_who_is_cut_off_is_told_from_one_whose_frame_is_none()
    {
        foreach (var failure in new Exception?[] { new IOException("reset"), new ConnectionAbortedException("gone"), null })
        {
            var body = new Pipe();
            await body.Writer.WriteAsync(new byte[] { 7, 0, 0 }, Cancellation);
            var http = new DefaultHttpContext();
            http.Features.Set<IRequestBodyPipeFeature>(new Body(body.Reader));
            var read = await http.Request.BodyReader.ReadAsync(Cancellation);
            http.Request.BodyReader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            await body.Writer.CompleteAsync(failure);

            Assert.Equal(failure is not null, StrictFrames.IsCutOff(http));
        }
    }

    private sealed record Body(PipeReader Reader) : IRequestBodyPipeFeature;
}
