using System.Net;
using System.Text.RegularExpressions;
using CityTwin.Testing;
using Xunit;

namespace CityTwin.EndToEnd.Tests;

/// <summary>Somebody signs in at one silo of several, and goes on at another one.</summary>
public sealed partial class Sessions_of_a_cluster
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hold_at_every_silo_and_over_a_restart()
    {
        var folder = Directory.CreateTempSubdirectory("citytwin-sessions-");
        await using var server = await PostgresServer.Start(Cancellation);
        var database = await server.Create(Cancellation);
        await using var one = SiloCluster.Prepare(server, database);
        await using var other = SiloCluster.Prepare(server, database);
        try
        {
            var keys = Path.Combine(folder.FullName, "keys.json");
            var key = (await Programs.Run(Programs.Cli, Cancellation, "key", "create", "--file", keys, "--name", "anna", "--role", "viewer")).Output.Trim();
            foreach (var silo in new[] { one, other })
            {
                silo.Environment["CITYTWIN_KEYS_FILE"] = keys;
                silo.Http.DefaultRequestHeaders.Authorization = new("Bearer", key);
            }

            await one.RunToEnd(Cancellation, "--migrate");
            await Task.WhenAll(one.Run(Cancellation), other.Run(Cancellation));
            var cookies = new CookieContainer();
            using var browser = new HttpClient(new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false });
            // The form of one silo, sent to the other.
            var page = await browser.GetStringAsync($"http://127.0.0.1:{one.HttpPort}/sign-in", Cancellation);
            var hidden = Hidden().Match(page);
            using var entered = await browser.PostAsync(
                $"http://127.0.0.1:{other.HttpPort}/sign-in",
                new FormUrlEncodedContent([new(hidden.Groups[1].Value, hidden.Groups[2].Value), new("credential", key)]), Cancellation);
            Assert.Equal(HttpStatusCode.SeeOther, entered.StatusCode);
            Assert.Equal(HttpStatusCode.OK, await Status(one));
            Assert.Equal(HttpStatusCode.OK, await Status(other));

            await one.Stop(Cancellation);
            await one.Run(Cancellation);
            Assert.Equal(HttpStatusCode.OK, await Status(one));

            async Task<HttpStatusCode> Status(SiloProcess silo)
            {
                using var answer = await browser.GetAsync($"http://127.0.0.1:{silo.HttpPort}/v1/zones", Cancellation);
                return answer.StatusCode;
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex("""<input type="hidden" name="([^"]+)" value="([^"]+)">""")]
    private static partial Regex Hidden();
}
