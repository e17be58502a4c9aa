"""The address for WeChat's own calls."""

from django.urls import path

from yunjian.wechat import views

app_name = "wechat"
urlpatterns = [path("wechat/callback", views.callback, name="callback")]
